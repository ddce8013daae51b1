"""One filling of a form: answers in, change sets out. Values only; no thread, no file, no clock of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo

from forms import limits, presentation
from forms.acting import Actor, instances
from forms.choices import ChoiceBook
from forms.definition import FormDefinition
from forms.engine import Changes, Engine
from forms.entities import Entity, declared
from forms.errors import FormsError
from forms.explaining import Explainer, Explanation
from forms.expressions.compiler import Names
from forms.expressions.context import Environment
from forms.growing import Grower, Stored, stored_below
from forms.languages import matching_language
from forms.preloading import Preloader, is_end
from forms.rewinding import Rewinder
from forms.statelines import StateLine, state_lines
from forms.tree import Node, Repeat
from forms.undoing import Past, RowAdded
from forms.values import Moment
from forms.views import ChangeSet, Choice, FoundQuestion, Issue, Page, QuestionView, SummaryItem
from forms.wholestate import WholeState, locate, reference, whole_state


class Session:
    """A form being filled. Use it from one thread at a time.

    Args:
        definition: shared, see :func:`forms.definition.parse_form`.
        answers: what :meth:`answers` gave earlier, or a first few known answers, or nothing. Unknown paths are ignored.
        today, now_ms, tz: the clock, fixed for the life of the session.
        language: one of ``definition.languages``; None for the form's default.
        new_row_id: gives letters and digits, never the same twice.
        seed: of ``random()``.
        properties: metadata by XLSForm name (``deviceid``, ``username``…).
        decimal_sign: of numbers inside the form's sentences; what is stored always has a point.
    """

    def __init__(
        self,
        definition: FormDefinition,
        *,
        answers: Mapping[str, str | None] | None = None,
        today: date,
        now_ms: int,
        tz: tzinfo,
        language: str | None = None,
        new_row_id: Callable[[], str],
        seed: int = 0,
        properties: Mapping[str, str] | None = None,
        decimal_sign: str = ".",
    ) -> None:
        self.definition = definition
        chosen = definition.default_language if language is None else self._known_language(language)
        self._env = Environment(
            zone=tz,
            today=Moment.of_date(today),
            now=Moment.of_datetime(datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(tz)),
            language=chosen,
            seed=random.Random(seed),
            shuffle=random.Random(f"shuffle {seed}").randrange(1, 2**31 - 1),
            unique=lambda: self._preloader.unique(),
            properties=properties or {},
            choice_label=lambda node, value: self._choices.label(node, value),
            spoken_text=lambda identity, node: definition.translations.plain(self._env.language, identity),
        )
        self._preloader = Preloader(self._env, properties or {}, new_row_id)
        self._choices = ChoiceBook(self._env, definition.default_language, decimal_sign)
        self._engine = Engine(definition, self._env, self._choices, self._make_counted_row)
        self._grower = Grower(Stored(answers or {}), new_row_id)
        self._past = Past()
        self._rewinder = Rewinder(self._past, self._engine, self._grower)
        self._actor = Actor(definition.actions, self._engine, self._past)
        self._root = self._grower.grow(definition.root, None, "")
        self._load()

    # --- loading

    def _load(self) -> None:
        self._preloader.fill(self._root)
        self._engine.push_below(self._root)
        self._engine.refresh_below(self._root)
        self._engine.run()
        self._actor.loaded(self._root)
        self._engine.loading = False
        self._engine.take_changes()

    # --- acts

    def answer(self, path: str, value: str | None) -> ChangeSet:
        """Store what the person entered, whether it is right or not; None or "" clears.

        Raises:
            FormsError: ``forms.unknown_path``, ``forms.read_only``, ``forms.answer_too_long``.
        """
        node = self._leaf(path)
        if node.schema.computed or node.locked:
            raise FormsError("forms.read_only", path=path)
        text = value or None
        if text is not None and len(text) > limits.ANSWER_CHARS_MAX:
            raise FormsError("forms.answer_too_long", path=path)
        if (
            text is not None
            and node.schema.control is not None
            and node.schema.control.kind in ("select_multiple", "rank")
        ):
            text = " ".join(dict.fromkeys(text.split())) or None
        if node.text == text and (node.touched or text is None):
            return ChangeSet({})
        self._engine.begin()
        self._past.begin()
        self._actor.put(node, text)
        self._past.end()
        return self._change_set()

    def add_row(self, repeat: str) -> ChangeSet:
        """Append a row to the repeat at path ``repeat``; the new identity is in ``added_row``.

        Raises:
            FormsError: ``forms.not_a_repeat``, ``forms.read_only`` (counted), ``forms.row_limit``.
        """
        target = self._grower.by_path.get(repeat)
        if not isinstance(target, Repeat):
            raise FormsError("forms.not_a_repeat", path=repeat)
        if target.schema.counted:
            raise FormsError("forms.read_only", path=repeat)
        row = self._grower.add_row(target)
        self._engine.begin()
        self._past.begin()
        self._past.note(RowAdded(row.path))
        self._settle_new_row(row)
        self._engine.settle_rows(target)
        self._engine.run()
        self._past.end()
        return self._change_set(added_row=row.row_id)

    def remove_row(self, row: str) -> ChangeSet:
        """Remove the row at path ``row`` (``/household[k3]``).

        Raises:
            FormsError: ``forms.unknown_path``, ``forms.read_only`` (counted).
        """
        target = self._free_row(row)
        self._engine.begin()
        self._past.begin()
        self._past.note(self._rewinder.fell(target))
        self._engine.run()
        self._past.end()
        return self._change_set()

    def move_row(self, row: str, by: int) -> ChangeSet:
        """Move the row at path ``row`` up (``by`` is -1) or down (1) among the rows of its repeat, or further; never
        past the first or the last. It keeps its path: only the markers say the order.

        Raises:
            FormsError: ``forms.unknown_path``, ``forms.read_only`` (counted).
        """
        target = self._free_row(row)
        assert target.container is not None
        at = target.container.rows.index(target)
        to = max(0, min(at + by, len(target.container.rows) - 1))
        if to == at:
            return ChangeSet({})
        self._engine.begin()
        self._past.begin()
        self._past.note(self._rewinder.move(target, to))
        self._engine.run()
        self._past.end()
        return self._change_set()

    def _free_row(self, row: str) -> Node:
        """The row at path ``row`` of a repeat whose rows are the person's to arrange."""
        target = self._grower.by_path.get(row)
        if not isinstance(target, Node) or target.container is None:
            raise FormsError("forms.unknown_path", path=row)
        if target.schema.counted:
            raise FormsError("forms.read_only", path=row)
        return target

    def hand_in(self, now_ms: int | None) -> ChangeSet:
        """Store the moment of handing in where the form asks for it (metadata ``end``), and what follows from it.

        Args:
            now_ms: that moment; None takes it back.
        """
        self._engine.begin()
        for schema in self.definition.nodes.values():
            if is_end(schema):
                for node in instances(self._root, schema):
                    node.calculated = self._preloader.end(now_ms, schema.data_type)
                    self._engine.write(node, node.calculated or None)
        return self._change_set()

    def undo(self) -> ChangeSet:
        """Take the last act back: an answer with all that it set, a row added, moved or removed; nothing without one.

        The session's own acts only, at most ``undoing.STEPS_MAX``; a row comes back with another identity, in its old
        place. ``about`` of the change set is the question, row or repeat to look at.
        """
        self._engine.begin()
        about = self._rewinder.back()
        return replace(self._change_set(), about=about)

    @property
    def can_undo(self) -> bool:
        """Whether there is an act to take back."""
        return self._past.can_go_back

    def redo(self) -> ChangeSet:
        """Make the act again that was last taken back; see ``undo``."""
        self._engine.begin()
        about = self._rewinder.forth()
        return replace(self._change_set(), about=about)

    def set_language(self, language: str) -> ChangeSet:
        """Say everything in ``language`` from now on, computed texts included.

        Raises:
            FormsError: ``forms.unknown_language``.
        """
        self._env.language = self._known_language(language)
        self._engine.begin()
        self._choices.forget_words()
        for work in self.definition.plan.works:
            if work.expression is not None and work.expression.spoken:
                for node in instances(self._root, work.schema):
                    self._engine.push(work, node)
        self._engine.run()
        changes = self._engine.changes
        changes.structure = True
        changes.changed |= {path for path, node in self._grower.by_path.items() if node.schema.control is not None}
        return self._change_set()

    @contextmanager
    def spoken_in(self, code: str) -> Iterator[bool]:
        """Read in the form's language for ``code`` (``fr``, ``en``) meanwhile; computed texts stay. False: it has none.

        Nothing but reading is allowed inside.
        """
        found = matching_language(self.definition.languages, code)
        before = self._env.language
        self._env.language = before if found is None else found
        try:
            yield found is not None
        finally:
            self._env.language = before

    def _known_language(self, language: str) -> str:
        if language not in self.definition.languages:
            raise FormsError("forms.unknown_language", language=language)
        return language

    def _leaf(self, path: str) -> Node:
        node = self._grower.by_path.get(path)
        if not isinstance(node, Node) or not node.schema.is_leaf:
            raise FormsError("forms.unknown_path", path=path)
        return node

    # --- rows

    def _make_counted_row(self, repeat: Repeat) -> Node:
        row = self._grower.add_row(repeat)
        self._settle_new_row(row)
        return row

    def _settle_new_row(self, row: Node) -> None:
        """Give a new row its markers, defaults and first values, and queue its works."""
        self._preloader.fill(row)
        changes = self._engine.changes
        for node in row.below():
            if isinstance(node, Node) and (node.container is not None or node.text is not None):
                changes.answers[node.path] = str(node.place) if node.container is not None else node.text
        self._engine.push_below(row)
        self._engine.refresh_below(row)
        self._actor.begin_row(row)

    def _change_set(self, added_row: str | None = None) -> ChangeSet:
        changes: Changes = self._engine.take_changes()
        alive = self._grower.by_path
        return ChangeSet(
            answers=changes.answers,
            changed=frozenset(path for path in changes.changed if path in alive),
            rows=frozenset(path for path in changes.rows if path in alive),
            added_row=added_row,
            structure=changes.structure,
        )

    # --- looking

    @property
    def language(self) -> str:
        """The language spoken now, "" in a form without languages."""
        return self._env.language

    @property
    def steps_taken(self) -> int:
        """What the last act or look took of ``limits.STEPS_PER_ACT_MAX``."""
        return self._env.budget.used

    @property
    def _views(self) -> presentation.Views:
        """A look begins, with a budget of its own."""
        self._engine.begin()
        uncomputed = tuple(self._engine.uncomputed.values())
        return presentation.Views(self.definition, self._root, self._choices, self._env, uncomputed)

    def pages(self) -> tuple[Page, ...]:
        """What is shown, page by page; only what is relevant."""
        return self._views.pages()

    def pages_on_paper(self) -> tuple[Page, ...]:
        """Everything that the form may ask, whatever the answers. An empty repeat gets a row to show: not to be kept.

        Raises FormsError ``forms.row_limit``.
        """
        self._engine.begin()
        empty = [thing for thing in self._root.below() if isinstance(thing, Repeat) and not thing.rows]
        while empty:
            for repeat in empty:
                self._make_counted_row(repeat)
            empty = [thing for thing in self._root.below() if isinstance(thing, Repeat) and not thing.rows]
        self._engine.run()
        self._engine.take_changes()
        views = presentation.Views(self.definition, self._root, self._choices, self._env, everything=True)
        return views.pages()

    def question(self, path: str) -> QuestionView:
        """One question as it stands. Raises FormsError ``forms.unknown_path``."""
        return self._views.question(self._leaf(path))

    def find(self, search: str, limit: int = 50) -> tuple[FoundQuestion, ...]:
        """At most ``limit`` questions whose words contain ``search``, those that are not asked now included."""
        return self._views.find(search, limit)

    def choices(self, path: str, search: str = "", limit: int = 200) -> tuple[Choice, ...]:
        """At most ``limit`` choices offered now whose label contains ``search``; prefix matches first.

        A choice without words (one that is only a picture) goes by its value.
        """
        self._engine.begin()
        found = self._choices.find(self._choice_node(path), search, limit)
        if all(choice.label for choice in found):
            return found
        return tuple(choice if choice.label else Choice(choice.value, choice.value) for choice in found)

    def offered(self, path: str) -> tuple[str, ...]:
        """The values of all choices offered now, in the order of the list."""
        self._engine.begin()
        return self._choices.offered(self._choice_node(path))[0]

    def choice_label(self, path: str, value: str) -> str:
        """The label of a stored value (one choice), the value itself when the list does not know it."""
        self._engine.begin()
        return self._choices.label(self._choice_node(path), value) or value

    def _choice_node(self, path: str) -> Node:
        node = self._leaf(path)
        if node.schema.control is None or node.schema.control.choices is None:
            raise FormsError("forms.unknown_path", path=path)
        return node

    def validate(self) -> tuple[Issue, ...]:
        """Everything that is wrong, in the order of the screens; empty when the form can be handed in."""
        return self._views.validate()

    def answers(self) -> dict[str, str | None]:
        """Everything to store: entered and cleared answers, defaults, results of actions, row markers. A session made
        from them hands in the same. Calculations are not in it, but for results that cannot be computed again (uuid,
        once)."""
        return dict(stored_below(self._root))

    def computed(self) -> dict[str, str]:
        """Calculated values of relevant nodes, empty ones left out."""
        return {path: value for path, value, computed in self._relevant_values() if computed}

    def state(self) -> WholeState:
        """Everything as it stands, by XPath reference; see :class:`forms.wholestate.WholeState`."""
        self._engine.begin()
        return whole_state(self._root, self._choices)

    def state_lines(self) -> list[StateLine]:
        """The same without choices and labels, line by line: cheap enough to be read after each act."""
        return state_lines(self._root, self._choices)

    def reference(self, path: str) -> str:
        """The XPath reference of what stands at ``path`` now. Raises FormsError ``forms.unknown_path``."""
        thing = self._grower.by_path.get(path)
        if thing is None:
            raise FormsError("forms.unknown_path", path=path)
        return reference(thing)

    def locate(self, reference: str) -> Node | Repeat | None:
        """The question, row or repeat that an XPath reference with rows counted from 1 names now. Only to be read."""
        return locate(self._root, reference)

    def submission(self) -> dict[str, str]:
        """All relevant values, entered and computed, and the rows: what is handed in."""
        found = {
            thing.path: str(thing.position)
            for thing in self._root.below()
            if isinstance(thing, Node) and thing.container is not None and thing.relevant
        }
        found.update((path, value) for path, value, _computed in self._relevant_values())
        return found

    def entities(self) -> tuple[Entity, ...]:
        """What the answers say of people or things that the form creates or changes, as it stands."""
        return declared(self.definition.entities, self._root)

    def _relevant_values(self) -> list[tuple[str, str, bool]]:
        return [
            (thing.path, thing.value, thing.schema.computed)
            for thing in self._root.below()
            if isinstance(thing, Node) and thing.value
        ]

    def explain(
        self, path: str, aspect: str = "relevant", *, quoted: Callable[[str], str] = "« {} »".format, own: bool = False
    ) -> Explanation | None:
        """Why the question at ``path`` is hidden (``relevant``), or what one of its formulas makes of it now.

        Args:
            aspect: see :class:`forms.explaining.Explanation`; ``relevant`` of a question that is asked says why it is.
            quoted: puts a question's words between the marks of the reader's language.
            own: what its own formula says, never that of a group around it.

        Returns:
            None where there is no such formula. Raises FormsError ``forms.unknown_path``.
        """
        thing = self._grower.by_path.get(path)
        if thing is None:
            raise FormsError("forms.unknown_path", path=path)
        names = Names(self.definition.root, self.definition.tables)
        explainer = Explainer(names, self._env, self._choices, self._views, quoted)
        if aspect == "relevant" and not thing.relevant and not own:
            return explainer.why_hidden(thing)
        return explainer.why(thing, aspect) if own or isinstance(thing, Node) else None

    def summary(self) -> tuple[SummaryItem, ...]:
        """What was answered, in the order of the screens, for reading and printing."""
        return self._views.summary()
