"""XForm XML -> the frozen definition that sessions share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from forms import entities, graph, refusals
from forms.body import BodyReader, LayoutItem
from forms.building import Builder
from forms.choicesources import ChoiceReader
from forms.datafiles import DataFiles
from forms.entities import EntityForm
from forms.errors import FormRefused, Problem
from forms.graph import Plan, Wanted
from forms.instances import SchemaBuilder, read_table
from forms.preloading import is_end
from forms.schema import Action, Expression, Formula, SchemaNode, Text
from forms.tables import Table
from forms.texts import Translations
from forms.xmlreading import attribute, child, children, local, parse_xml, text

_PRELOADS = frozenset({"uid", "timestamp", "date", "property"})


@dataclass(frozen=True, eq=False)
class FormDefinition:
    """A form at one version. Shared by any number of sessions on any thread; nothing in it changes.

    Attributes:
        languages: as the form names them, e.g. ``Français (fr)``; empty when the form has only one, nameless.
        default_language: one of ``languages``, or "".
        nodes: every node by its reference (path without the root and without rows).
        questions: the nodes that are asked, by reference, in the order of the screens.
        layout: the screens' tree.
        plan: what to recompute when.
        formulas: every formula as it was written, for reports.
        limitations: what a screen cannot show; always empty in a form that was read strictly.
        notices: what its author should look at, where nothing stops anybody; code ``forms.notice``.
        entities: what the form says of people or things beside its own answers.
        left_out: what a desk does without (photos, sound, other calendars); such a form is whole all the same.
        grid: the form asks for questions beside each other, by their widths w1 to w10.
    """

    form_id: str
    version: str
    title: str
    languages: tuple[str, ...]
    default_language: str
    root: SchemaNode
    nodes: Mapping[str, SchemaNode]
    questions: Mapping[str, SchemaNode]
    layout: tuple[LayoutItem, ...]
    actions: tuple[Action, ...]
    tables: Mapping[str, Table]
    translations: Translations
    plan: Plan
    limitations: tuple[Problem, ...] = ()
    left_out: tuple[Problem, ...] = ()
    grid: bool = False
    formulas: tuple[Formula, ...] = ()
    notices: tuple[Problem, ...] = ()
    entities: tuple[EntityForm, ...] = ()

    @property
    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """Groups of questions whose formulas need each other; such a form opens, one link is ignored."""
        return self.plan.cycles


def parse_form(xform: bytes, media: Mapping[str, bytes] | None = None, *, strict: bool = True) -> FormDefinition:
    """Read an XForm document.

    Args:
        xform: the document.
        media: file name -> content, for the external lists that the form names.
        strict: refuse a form with a question that no screen of ours can ask; else list it in ``limitations``, and
            the question takes text as it would be stored.

    Raises:
        FormRefused: every reason found; sheet and row are None (see :func:`forms.compile.compile_form` for them).
    """
    head, body, model = _parts(parse_xml(xform))
    instances = children(model, "instance")
    primary = children(instances[0])[0]
    files = DataFiles(media or {})
    own_lists = entities.datasets(primary)
    tables, broken = _tables(instances[1:], files, strict, own_lists)
    attributes = entities.computed_attributes(model, body)
    schema = SchemaBuilder(_repeat_references(body, local(primary)), attributes).build(primary)
    builder = Builder(
        schema,
        tables,
        Translations.read(child(model, "itext")),
        strict=strict,
        version=attribute(primary, "version") or "",
        files=files,
    )
    builder.broken_tables = broken
    (builder.problems if strict else builder.limitations).extend(broken.values())
    for name in sorted(own_lists & {name for name, table in tables.items() if table.open} - broken.keys()):
        builder.notice("entity_list_empty", "", "type", name=name, file=f"{name}.csv")
    _refuse_model_features(builder, model, primary)
    binds = _read_binds(builder, model)
    for element in _all_setvalues(model, body):
        builder.note_target(element)
    for element in children(model, "setvalue"):
        builder.action(element, trigger=None)
    reader = BodyReader(builder, ChoiceReader(builder))
    layout = reader.read(body)
    for element in _nested_setvalues(body):
        builder.action(element, trigger=None)
    for node, bind in binds:
        _read_messages(builder, node, bind)
    _note_media(builder)
    if builder.problems:
        raise FormRefused(*builder.problems)
    nodes = {node.ref: node for node in schema.walk()}
    title = child(head, "title")
    return FormDefinition(
        form_id=attribute(primary, "id") or local(primary),
        version=attribute(primary, "version") or "",
        title=("" if title is None else text(title)) or attribute(primary, "id") or local(primary),
        languages=builder.translations.languages,
        default_language=builder.translations.default if builder.translations.languages else "",
        root=schema,
        nodes=nodes,
        questions={node.ref: node for node in reader.asked},
        layout=layout,
        actions=tuple(builder.actions),
        tables=tables,
        translations=builder.translations,
        plan=graph.make_plan(_works(schema)),
        limitations=tuple(builder.limitations),
        left_out=tuple(builder.left_out),
        grid="theme-grid" in (attribute(body, "class") or "").split(),
        formulas=tuple(builder.formulas),
        notices=tuple(builder.notices),
        entities=entities.read(primary, schema, _saved(binds)),
    )


def _parts(root: etree._Element) -> tuple[etree._Element, etree._Element, etree._Element]:
    head, body = child(root, "head"), child(root, "body")
    model = None if head is None else child(head, "model")
    if local(root) != "html" or head is None or body is None or model is None:
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "no_model"}))
    instances = children(model, "instance")
    if not instances or not children(instances[0]):
        raise FormRefused(Problem("forms.not_a_form", details={"reason": "no_instance"}))
    return head, body, model


def _tables(
    instances: list[etree._Element], files: DataFiles, strict: bool, own_lists: frozenset[str]
) -> tuple[dict[str, Table], dict[str, Problem]]:
    """The lists of a form, and those that cannot be read; unless that is a reason to refuse it they are empty.

    Args:
        own_lists: those of entities that the form itself adds to: without a file they begin empty.
    """
    tables: dict[str, Table] = {}
    broken: dict[str, Problem] = {}
    for element in instances:
        name, found = read_table(element, files)
        if isinstance(found, Table):
            tables[name] = found
            continue
        begins = name in own_lists and found.code == "forms.media_missing"
        if not begins:
            broken[name] = found
        if begins or not strict:
            tables[name] = Table(name, {}, open=True)
    return tables, broken


def _repeat_references(body: etree._Element, root_name: str) -> frozenset[str]:
    found = set()
    for element in body.iter():
        if isinstance(element.tag, str) and local(element) == "repeat":
            steps = [
                step.rpartition(":")[2] for step in (attribute(element, "nodeset") or "").strip().split("/") if step
            ]
            if steps and steps[0] == root_name:
                found.add("/" + "/".join(steps[1:]))
    return frozenset(found)


def _refuse_model_features(builder: Builder, model: etree._Element, primary: etree._Element) -> None:
    for element in model.iter("{*}submission", "{*}recordaudio", "{*}setgeopoint"):
        name = local(element)
        if name == "submission" and attribute(element, "base64RsaPublicKey"):
            builder.unsupported("encryption", "")
        elif name in ("recordaudio", "setgeopoint"):
            builder.leave_out("background-audio" if name == "recordaudio" else "background-geopoint", "")
    meta = child(primary, "meta")
    if meta is not None and child(meta, "audit") is not None:
        builder.leave_out("audit", "/meta/audit")


def _read_binds(builder: Builder, model: etree._Element) -> list[tuple[SchemaNode, etree._Element]]:
    """Types first, formulas after: a formula may read a node whose bind comes later."""
    found: list[tuple[SchemaNode, etree._Element]] = []
    for bind in children(model, "bind"):
        reference = attribute(bind, "nodeset") or attribute(bind, "ref") or ""
        node = builder.find(reference, builder.root)
        if node is None:
            builder.broken_reference(reference)
            continue
        written = (attribute(bind, "type") or "string").rpartition(":")[2]
        builder.types[node.ref] = written
        node.data_type = refusals.DATA_TYPES.get(written, "string")
        if written not in refusals.DATA_TYPES:
            builder.unsupported(f"type {written}", node.ref)
        found.append((node, bind))
    for node, bind in found:
        _read_formulas(builder, node, bind)
    return found


def _note_media(builder: Builder) -> None:
    """Tell of pictures and sounds of labels and choices, which no screen shows yet: once a question or list."""
    told: dict[str, list[str]] = {}
    for identity, files in builder.translations.media().items():
        place = identity.rpartition(":" if identity.startswith("/") else "-")[0]
        told.setdefault(place, []).extend(files)
    for place, files in told.items():
        path = place.removeprefix(f"/{builder.root.name}") if place.startswith("/") else ""
        names = sorted({file.rpartition("/")[2] for file in files})
        builder.notice(
            "media_not_shown", path, "media", name=place.rpartition("/")[2], count=str(len(names)), file=names[0]
        )


def _saved(binds: list[tuple[SchemaNode, etree._Element]]) -> list[tuple[str, SchemaNode]]:
    """Each ``save_to``, in the order of the form."""
    return [(name, node) for node, bind in binds if (name := attribute(bind, "saveto"))]


def _read_formulas(builder: Builder, node: SchemaNode, bind: etree._Element) -> None:
    def formula(name: str, column: str) -> Expression | None:
        source = attribute(bind, name)
        return builder.compile(source, node, node.ref, column) if source and source.strip() else None

    if node.is_repeat and (attribute(bind, "relevant") or "").strip():
        relevant = builder.compile_for_repeat(attribute(bind, "relevant") or "", node, "relevant")
    else:
        relevant = formula("relevant", "relevant")
    node.relevant = _unless_constant(relevant, "true()")
    node.required = _unless_constant(formula("required", "required"), "false()")
    node.readonly = _unless_constant(formula("readonly", "readonly"), "false()")
    node.constraint = _unless_constant(formula("constraint", "constraint"), "true()")
    node.calculate = formula("calculate", "calculation")
    if node.calculate is not None:
        node.computed = True
    preload = attribute(bind, "preload")
    if preload in _PRELOADS:
        node.preload = (preload, attribute(bind, "preloadParams") or "")
        node.computed = node.computed or is_end(node)
    elif preload:
        builder.unsupported(f"preload {preload}", node.ref)


def _unless_constant(expression: Expression | None, constant: str) -> Expression | None:
    return None if expression is not None and expression.source.strip() == constant else expression


def _read_messages(builder: Builder, node: SchemaNode, bind: etree._Element) -> None:
    node.constraint_message = builder.message(attribute(bind, "constraintMsg"), node)
    node.required_message = builder.message(attribute(bind, "requiredMsg"), node)


def _all_setvalues(model: etree._Element, body: etree._Element) -> list[etree._Element]:
    return [element for part in (model, body) for element in part.iter("{*}setvalue")]


def _nested_setvalues(body: etree._Element) -> list[etree._Element]:
    """Actions of groups and repeats; those of questions were read with their question."""
    found = []
    for element in body.iter():
        if isinstance(element.tag, str) and local(element) in ("repeat", "group", "body"):
            found.extend(children(element, "setvalue"))
    return found


def _works(root: SchemaNode) -> list[Wanted]:
    """Everything that a session recomputes, in document order."""
    found: list[Wanted] = []
    for node in root.walk():
        formulas = (
            (graph.COUNT, node.count),
            (graph.RELEVANT, node.relevant),
            (graph.CALCULATE, node.calculate),
            (graph.READONLY, node.readonly),
            (graph.REQUIRED, node.required),
            (graph.CONSTRAINT, node.constraint),
        )
        for kind, expression in formulas:
            if expression is not None:
                found.append((kind, node, expression, expression.reads))
        choices = node.control.choices if node.control is not None else None
        if choices is not None and choices.reads:
            found.append((graph.CHOICES, node, None, choices.reads))
        texts: list[Text | None] = [node.constraint_message, node.required_message]
        if node.control is not None:
            texts += [node.control.label, node.control.hint, node.control.guidance]
        reads = {(read.target.ref, read.top.ref): read for one in texts if one is not None for read in one.reads}
        if reads:
            found.append((graph.TEXT, node, None, tuple(reads.values())))
    return found
