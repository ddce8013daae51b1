"""What the readers of a form share while it is being built: names, problems, compiled formulas and texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from forms.datafiles import DataFiles
from forms.errors import ExpressionError, Problem
from forms.expressions.compiler import Names, compile_source
from forms.portability import known_of
from forms.schema import Action, Expression, Formula, SchemaNode, Text
from forms.tables import Table
from forms.texts import Translations, same_everywhere
from forms.xmlreading import attribute, text

EVENTS = frozenset(
    {"odk-instance-first-load", "odk-new-repeat", "odk-instance-load", "xforms-value-changed", "xforms-ready"}
)


class Builder:
    """Collects problems instead of stopping at the first, so that an author sees all of them at once.

    Attributes:
        types: reference -> data type as the form writes it, without prefix.
        actions: every ``setvalue`` read so far.
        formulas: all that were compiled so far, in that order.
        limitations: what cannot be shown, where that is no reason to refuse the form.
        notices: what the author should look at all the same.
        files: the data files beside the form.
        left_out: what a desk does without, so that the form is whole all the same.

    Args:
        strict: refuse what cannot be shown.
    """

    def __init__(
        self,
        root: SchemaNode,
        tables: Mapping[str, Table],
        translations: Translations,
        *,
        strict: bool = True,
        version: str = "",
        files: DataFiles | None = None,
    ) -> None:
        self.strict = strict
        self.files = files or DataFiles({})
        self.notices: list[Problem] = []
        self.root = root
        self.names = Names(root, tables, version, self.files)
        self.translations = translations
        self.types: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.actions: list[Action] = []
        self.broken_tables: dict[str, Problem] = {}
        self.limitations: list[Problem] = []
        self.left_out: list[Problem] = []
        self.formulas: dict[Formula, None] = {}
        self._targets: set[str] = set()

    def find(self, reference: str, around: SchemaNode) -> SchemaNode | None:
        """The node that a plain reference (absolute, or relative to ``around``) names."""
        reference = reference.strip()
        names = [name.rpartition(":")[2] for name in reference.split("/") if name not in ("", ".")]
        node: SchemaNode | None = around
        if reference.startswith("/"):
            if not names or names[0] != self.root.name:
                return None
            node, names = self.root, names[1:]
        for name in names:
            if node is None:
                return None
            node = node.parent if name == ".." else node.child(name)
        return node

    def unsupported(self, feature: str, path: str, value: str = "") -> None:
        """Refuse the form because of ``feature`` at ``path``, or only note it."""
        details = {"feature": feature, "path": path} | ({"value": value} if value else {})
        self.refuse(Problem("forms.unsupported", details=details))

    def refuse(self, problem: Problem) -> None:
        """Refuse the form because of ``problem``, or only note it."""
        found = self.problems if self.strict else self.limitations
        if problem not in found:
            found.append(problem)

    def notice(self, reason: str, path: str, column: str, **details: str) -> None:
        """Tell the author of something that does not stop anybody."""
        problem = Problem("forms.notice", column=column, details={"reason": reason, "path": path} | details)
        if problem not in self.notices:
            self.notices.append(problem)

    def note_unknown(self, unknown: Iterable[str], source: str, path: str, column: str) -> None:
        """Tell of bare words that name nothing: mostly a text whose quotes were forgotten."""
        for name in unknown:
            self.notice("unknown_name", path, column, name=name, expression=source)

    def leave_out(self, feature: str, path: str) -> None:
        """Note what is not done here and need not be: the form can be filled and handed in without it."""
        problem = Problem("forms.left_out", details={"feature": feature, "path": path})
        if problem not in self.left_out:
            self.left_out.append(problem)

    def broken_reference(self, reference: str) -> None:
        """Refuse the form because a control or a bind names a node that is not there."""
        self.problems.append(Problem("forms.reference", details={"path": reference}))

    def expression_problem(self, error: ExpressionError, source: str, path: str, column: str) -> None:
        """Refuse the form because of a formula."""
        if error.reason == "unknown_instance" and error.name in self.broken_tables:
            return
        if error.reason == "data_file":
            found = self.files.table(error.name)
            if isinstance(found, Problem):
                self.refuse(found)
            return
        details = {
            "reason": error.reason,
            "name": error.name,
            "position": str(error.position),
            "expression": source,
            "path": path,
        }
        if error.reason in ("unsupported", "unknown_function"):
            details["feature"] = error.name + ("()" if error.reason == "unknown_function" else "")
        if error.reason == "unknown_function":
            details |= known_of(error.name)
        # Where not all has to work, what this formula would say is left out and told of.
        self.refuse(Problem("forms.expression", column=column, details=details))

    def compile(self, source: str, current: SchemaNode, path: str, column: str) -> Expression | None:
        """Compile a formula; a mistake becomes a problem and gives None."""
        self.formulas[Formula(path, column, source)] = None
        try:
            found = compile_source(self.names, current, source)
        except ExpressionError as error:
            self.expression_problem(error, source, path, column)
            return None
        self.note_unknown(found.unknown, source, path, column)
        return found

    def compile_for_repeat(self, source: str, repeat: SchemaNode, column: str) -> Expression | None:
        """Compile a formula that belongs to a whole repeat, not to one of its rows."""
        found = self.compile(source, repeat, repeat.ref, column)
        if found is not None and any(read.top is repeat for read in found.reads):
            self.unsupported(f"{column} by row", repeat.ref)
        return found

    def text(self, element: etree._Element, current: SchemaNode, form: str = "") -> Text | None:
        """The words of a ``label`` or ``hint`` element; ``form`` picks a variant such as ``guidance``."""
        identity = self.translations.identity(attribute(element, "ref"))
        if identity is not None:
            return self.identified_text(identity, current, form)
        if form:
            return None
        reference = attribute(element, "ref")
        languages = self.translations.all_languages()
        if reference:
            computed = self.compile(reference, current, current.ref, "label")
            return None if computed is None else Text(dict.fromkeys(languages, (computed,)), computed.reads)
        return same_everywhere(element, languages, lambda source: self._output(source, current))

    def identified_text(self, identity: str, current: SchemaNode, form: str = "") -> Text | None:
        """The text ``identity`` of the form's translations, its values computed at ``current``."""
        return self.translations.text(identity, lambda source: self._output(source, current), form)

    def message(self, words: str | None, current: SchemaNode) -> Text | None:
        """The words of a constraint or required message: a text id or the words themselves."""
        if not words:
            return None
        identity = self.translations.identity(words)
        if identity is not None:
            return self.identified_text(identity, current)
        return Text(dict.fromkeys(self.translations.all_languages(), (words,)))

    def _output(self, source: str, current: SchemaNode) -> Expression:
        found = self.compile(source, current, current.ref, "label")
        return found if found is not None else Expression(source, lambda context: "", ())

    def target(self, element: etree._Element) -> SchemaNode | None:
        """The node that a ``setvalue`` writes to."""
        reference = attribute(element, "ref") or attribute(element, "bind") or ""
        return self.find(reference, self.root)

    def note_target(self, element: etree._Element) -> None:
        """Remember, before the controls are read, that something writes to this node."""
        node = self.target(element)
        if node is not None:
            self._targets.add(node.ref)

    def is_target(self, node: SchemaNode) -> bool:
        """True when a ``setvalue`` writes to ``node``."""
        return node.ref in self._targets

    def _action_value(self, source: str, node: SchemaNode, is_default: bool) -> Expression | None:
        """Compile an action's value. A default such as ``1309-`` looks like a formula to the converter and is plain
        text."""
        column = "default" if is_default else "calculation"
        try:
            self.formulas[Formula(node.ref, column, source)] = None
            found = compile_source(self.names, node, source)
            self.note_unknown(found.unknown, source, node.ref, column)
            return found
        except ExpressionError as error:
            if is_default and error.reason == "syntax":
                return Expression(source, lambda context: source, ())
            self.expression_problem(error, source, node.ref, column)
            return None

    def action(self, element: etree._Element, *, trigger: SchemaNode | None) -> None:
        """Read one ``setvalue``."""
        node = self.target(element)
        if node is None or not node.is_leaf:
            reference = attribute(element, "ref") or ""
            self.broken_reference(reference)
            return
        events = frozenset((attribute(element, "event") or "").split())
        for event in sorted(events - EVENTS):
            self.unsupported(f"event {event}", node.ref)
        source = attribute(element, "value")
        value: Expression | None = None
        if source:
            value = self._action_value(source, node, trigger is None)
        elif text(element):
            words = text(element)
            value = Expression(words, lambda context: words, ())
        self.actions.append(Action(node, value, events, trigger))
