"""Which block suits which question."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.forms.blocks import Block, FieldBlock, NoteBlock, PageContext, ValueBlock
from desktop.forms.editors.across import ACROSS_MOST
from desktop.forms.editors.factory import CHOICE_KINDS, editor_class
from desktop.forms.left_out import LeftOutBlock
from desktop.forms.quick import tip
from desktop.forms.tables import TableFieldBlock, TableHeadBlock
from forms.views import QuestionView


def block_class(question: QuestionView, context: PageContext) -> type[Block]:
    """Return the kind of block that suits `question`."""
    if question.kind == "note":
        return NoteBlock
    if question.heading:
        return TableHeadBlock
    if question.kind == "file" and not question.computed and not (context.read_only and question.value):
        return LeftOutBlock
    if context.read_only or question.readonly or question.kind == "calculate":
        return ValueBlock
    if question.kind in CHOICE_KINDS and "list-nolabel" in question.appearance:
        return TableFieldBlock if 0 < question.choice_count <= ACROSS_MOST else FieldBlock
    return FieldBlock


def make_block(question: QuestionView, context: PageContext, parent: QWidget | None = None) -> Block:
    """Return a new block for `question`."""
    made = block_class(question, context)(question, context, parent)
    if question.ref in context.notices:
        made.show_notice(context.notices[question.ref])
    made.mark_contested()
    if isinstance(made, FieldBlock):
        made.setToolTip(tip(question.kind))
    return made


def fits(block: QWidget, question: QuestionView, context: PageContext) -> bool:
    """Say whether `block` can go on showing `question`, or another has to be made."""
    if type(block) is not block_class(question, context):
        return False
    return not isinstance(block, FieldBlock) or type(block.editor) is editor_class(question)
