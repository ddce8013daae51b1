"""The one style sheet, built from tokens and the 4-px grid. Widgets say what they are, never how they look.

Properties: QLabel ``role`` (title, heading, strong, label, secondary, help, error), QPushButton/QToolButton ``kind``
(primary, quiet, danger, link, rail), QFrame ``surface`` (window, card, inset, band, strip), inputs ``invalid``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from desktop.theme.tokens import Tokens


def repolish(widget: QWidget) -> None:
    """Draw a widget again after one of its style properties changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def stylesheet(tokens: Tokens, px: Callable[[int], int], images: Mapping[str, str]) -> str:
    """Return the whole style sheet.

    Args:
        tokens: the colours.
        px: brings a size of 100 % text to the text size in force.
        images: file paths of ``check``, ``down`` and ``up``.
    """
    parts = (_text, _surfaces, _buttons, _inputs, _choices, _lists, _floating, _tabs, _scroll)
    return "\n".join(part(tokens, px, images) for part in parts)


def _text(t: Tokens, px: Callable[[int], int], _images: Mapping[str, str]) -> str:
    return f"""
QLabel {{ color: {t.ink}; background: transparent; }}
QLabel[role="title"] {{ font-size: {px(26)}px; font-weight: 600; color: {t.ink_strong}; }}
QLabel[role="heading"] {{ font-size: {px(20)}px; font-weight: 600; color: {t.ink_strong}; }}
QLabel[role="strong"], QLabel[role="label"] {{ font-weight: 600; color: {t.ink_strong}; }}
QLabel[role="secondary"], QLabel[role="help"] {{ font-size: {px(14)}px; color: {t.ink_soft}; }}
QLabel[role="error"] {{ font-size: {px(14)}px; font-weight: 600; color: {t.critical}; }}
QLabel[role="word"] {{ font-size: {px(22)}px; font-weight: 600; color: {t.accent}; }}
QLabel[role="saved"] {{ font-size: {px(14)}px; color: {t.positive}; }}
QLabel[role="section"] {{ font-size: {px(18)}px; font-weight: 600; color: {t.ink_strong}; }}
QLabel[role="value"] {{ color: {t.ink}; }}
QLabel[role="count"] {{ font-size: {px(14)}px; color: {t.ink_soft}; }}
QLabel[tone="caution"] {{ color: {t.caution}; }}
QLabel[tone="critical"] {{ color: {t.critical}; }}
QLabel[tone="positive"] {{ color: {t.positive}; }}
QToolTip {{ font-size: {px(14)}px; color: {t.ink_strong}; background: {t.surface_2};
  border: 1px solid {t.field_line}; padding: 4px 8px; }}
"""


def _surfaces(t: Tokens, _px: Callable[[int], int], _images: Mapping[str, str]) -> str:
    tones = "\n".join(
        f'QFrame[surface="{tone}"] {{ background: {getattr(t, tone + "_soft")}; border-radius: 10px; '
        f"border-left: 4px solid {getattr(t, tone)}; }}"
        for tone in ("positive", "caution", "critical", "info")
    )
    return f"""
QMainWindow, QDialog, QWidget[surface="window"] {{ background: {t.surface_0}; }}
QFrame[surface="card"] {{ background: {t.surface_1}; border: 1px solid {t.line}; border-radius: 10px; }}
QFrame[surface="inset"] {{ background: {t.surface_2}; border: none; border-radius: 10px; }}
QFrame[surface="band"] {{ background: {t.surface_1}; border: none; border-bottom: 1px solid {t.line}; }}
QFrame[surface="rail"] {{ background: {t.surface_2}; border: none; }}
QFrame[surface="side"] {{ background: {t.surface_1}; border: none; border-left: 1px solid {t.line}; }}
QFrame[surface="strip"] {{ background: {t.surface_2}; border: none; }}
QFrame[surface="rule"] {{ background: {t.line}; border: none; max-height: 1px; min-height: 1px; }}
{tones}
"""


def _buttons(t: Tokens, px: Callable[[int], int], _images: Mapping[str, str]) -> str:
    both = "QPushButton, QToolButton"
    return f"""
{both} {{ background: {t.surface_1}; color: {t.ink_strong}; border: 1px solid {t.field_line}; border-radius: 6px;
  min-height: {px(34)}px; padding: 0 {px(14)}px; }}
QPushButton:hover, QToolButton:hover {{ background: {t.hover}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {t.surface_2}; }}
QPushButton:focus, QToolButton:focus {{ border: 2px solid {t.accent}; padding: 0 {px(13)}px; }}
QPushButton:disabled, QToolButton:disabled {{ color: {t.ink_soft}; background: {t.surface_2}; border-color: {t.line}; }}
QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.accent_ink}; border: 1px solid {t.accent};
  font-weight: 600; }}
QPushButton[kind="primary"]:hover {{ background: {t.accent_hover}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {t.ink_strong}; }}
QPushButton[kind="primary"]:disabled {{ background: {t.surface_2}; color: {t.ink_soft}; border-color: {t.line}; }}
QPushButton[kind="danger"] {{ color: {t.critical}; border-color: {t.critical}; }}
QPushButton[kind="quiet"], QToolButton[kind="quiet"] {{ background: transparent; border: 1px solid transparent; }}
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover {{ background: {t.hover}; }}
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus {{ border: 2px solid {t.accent}; }}
QPushButton[kind="link"] {{ background: transparent; border: 1px solid transparent; color: {t.accent};
  text-align: left; min-height: {px(24)}px; padding: 0 {px(4)}px; text-decoration: underline; }}
QToolButton[kind="small"] {{ background: transparent; border: 1px solid transparent; min-height: {px(24)}px;
  padding: 0 {px(2)}px; }}
QToolButton[kind="small"]:focus {{ border: 2px solid {t.accent}; padding: 0 {px(1)}px; }}
QPushButton[kind="icon"] {{ background: transparent; border: 1px solid transparent; padding: 0; }}
QPushButton[kind="icon"]:hover {{ background: {t.hover}; }}
QPushButton[kind="icon"]:focus {{ border: 2px solid {t.accent}; padding: 0; }}
QPushButton[kind="link"]:hover {{ color: {t.accent_hover}; background: {t.hover}; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {t.accent}; padding: 0 {px(3)}px; }}
QToolButton[kind="rail"] {{ background: transparent; border: 2px solid transparent; border-radius: 6px;
  min-height: {px(38)}px; padding: 0 {px(10)}px; text-align: left; color: {t.ink}; }}
QToolButton[kind="rail"]:hover {{ background: {t.hover}; }}
QToolButton[kind="rail"]:checked {{ background: {t.accent_soft}; color: {t.ink_strong}; font-weight: 600; }}
QToolButton[kind="rail"]:focus {{ border: 2px solid {t.accent}; }}
QPushButton[kind="name"] {{ background: transparent; border: 2px solid transparent; font-size: {px(20)}px;
  font-weight: 600; text-align: left; min-height: {px(28)}px; padding: 0; }}
QPushButton[kind="name"]:hover {{ color: {t.accent}; text-decoration: underline; }}
QPushButton[kind="name"]:focus {{ border: 2px solid {t.accent}; padding: 0; }}
QLineEdit QToolButton {{ background: transparent; border: none; min-height: 0; padding: 0; }}
QToolButton::menu-indicator {{ image: none; }}
QPushButton::menu-indicator {{ image: none; }}
"""


def _inputs(t: Tokens, px: Callable[[int], int], images: Mapping[str, str]) -> str:
    boxes = ("QLineEdit", "QPlainTextEdit", "QTextEdit", "QComboBox", "QAbstractSpinBox")
    plain = ", ".join(boxes)
    focus = ", ".join(f"{box}:focus" for box in boxes)
    invalid = ", ".join(f'{box}[invalid="true"]' for box in boxes)
    readonly = ", ".join(f"{box}:read-only" for box in ("QLineEdit", "QPlainTextEdit"))
    disabled = ", ".join(f"{box}:disabled" for box in boxes)
    return f"""
{plain} {{ background: {t.surface_1}; color: {t.ink_strong}; border: 1px solid {t.field_line}; border-radius: 6px;
  padding: 1px {px(9)}px; min-height: {px(32)}px; selection-background-color: {t.accent};
  selection-color: {t.accent_ink}; }}
QPlainTextEdit, QTextEdit {{ padding: {px(6)}px {px(8)}px; }}
{readonly} {{ background: {t.surface_2}; }}
{disabled} {{ color: {t.ink_soft}; background: {t.surface_2}; }}
{invalid} {{ border: 2px solid {t.critical}; padding: 0 {px(8)}px; }}
{focus} {{ border: 2px solid {t.accent}; padding: 0 {px(8)}px; }}
QPlainTextEdit:focus, QTextEdit:focus {{ padding: {px(5)}px {px(7)}px; }}
QComboBox[empty="true"] {{ color: {t.ink_soft}; }}
QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: {px(32)}px; subcontrol-position: center right; }}
QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url({images["down"]}); width: {px(18)}px; height: {px(18)}px; }}
QLineEdit[role="search"] {{ min-height: {px(34)}px; border-radius: 8px; padding-left: {px(4)}px; }}
"""


def _choices(t: Tokens, px: Callable[[int], int], images: Mapping[str, str]) -> str:
    size, dot = px(18), px(9)
    return f"""
QCheckBox, QRadioButton {{ color: {t.ink_strong}; spacing: {px(10)}px; min-height: {px(32)}px;
  border: 2px solid transparent; border-radius: 6px; padding: 0 {px(4)}px; background: transparent; }}
QCheckBox:hover, QRadioButton:hover {{ background: {t.hover}; }}
QCheckBox:focus, QRadioButton:focus {{ border-color: {t.accent}; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {t.ink_soft}; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: {size}px; height: {size}px;
  border: 2px solid {t.field_line}; background: {t.surface_1}; }}
QCheckBox::indicator {{ border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: {size // 2 + 2}px; }}
QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent}; image: url({images["check"]}); }}
QRadioButton::indicator:checked {{ border-color: {t.accent};
  background: qradialgradient(cx:0.5, cy:0.5, radius:0.5, fx:0.5, fy:0.5, stop:0 {t.accent},
    stop:{dot / size:.2f} {t.accent}, stop:{dot / size + 0.04:.2f} {t.surface_1}, stop:1 {t.surface_1}); }}
QCheckBox[invalid="true"]::indicator, QRadioButton[invalid="true"]::indicator {{ border-color: {t.critical}; }}
"""


def _lists(t: Tokens, px: Callable[[int], int], _images: Mapping[str, str]) -> str:
    return f"""
QTableView, QListView {{ background: {t.surface_1}; color: {t.ink}; border: 1px solid {t.line}; border-radius: 10px;
  outline: none; gridline-color: transparent; selection-background-color: {t.accent_soft};
  selection-color: {t.ink_strong}; }}
QTableView:focus, QListView:focus {{ border: 2px solid {t.accent}; }}
QTableView::item, QListView::item {{ padding: 0 {px(8)}px; border: none; border-bottom: 1px solid {t.surface_2}; }}
QTableView::item:selected, QListView::item:selected {{ background: {t.accent_soft}; color: {t.ink_strong}; }}
QListView::item:hover {{ background: {t.surface_2}; }}
QListView[role="contents"] {{ border: none; background: transparent; border-radius: 0; }}
QListView[role="contents"]::item {{ min-height: {px(32)}px; border-radius: 6px; border: none; }}
QListView[role="popup"] {{ background: {t.surface_1}; border: 1px solid {t.line}; border-radius: 6px; }}
QHeaderView {{ background: {t.surface_1}; border: none; border-top-left-radius: 10px; }}
QHeaderView::section {{ background: {t.surface_1}; color: {t.ink_soft}; font-size: {px(14)}px; border: none;
  border-bottom: 1px solid {t.line}; padding: 0 {px(8)}px; min-height: {px(34)}px; text-align: left; }}
QHeaderView::section:hover {{ color: {t.ink_strong}; }}
QTableCornerButton::section {{ background: {t.surface_1}; border: none; }}
"""


def _floating(t: Tokens, px: Callable[[int], int], _images: Mapping[str, str]) -> str:
    return f"""
QMenu {{ background: {t.surface_1}; color: {t.ink_strong}; border: 1px solid {t.field_line}; padding: {px(6)}px; }}
QMenu::item {{ padding: {px(7)}px {px(28)}px {px(7)}px {px(12)}px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.accent_soft}; }}
QMenu::item:disabled {{ color: {t.ink_soft}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: {px(6)}px {px(4)}px; }}
QMenu::icon {{ padding-left: {px(8)}px; }}
QComboBox QAbstractItemView {{ background: {t.surface_1}; color: {t.ink_strong}; border: 1px solid {t.field_line};
  border-radius: 0; padding: 4px; selection-background-color: {t.accent_soft}; selection-color: {t.ink_strong}; }}
QFrame[surface="popup"] {{ background: {t.surface_1}; border: 1px solid {t.field_line}; border-radius: 10px; }}
QFrame[surface="popup"] QListView {{ border: none; background: transparent; }}
QProgressBar {{ background: {t.surface_2}; border: none; border-radius: 4px; max-height: {px(8)}px;
  min-height: {px(8)}px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 4px; }}
"""


def _tabs(t: Tokens, px: Callable[[int], int], _images: Mapping[str, str]) -> str:
    return f"""
QTabWidget::pane {{ border: none; border-top: 1px solid {t.line}; }}
QTabWidget::tab-bar {{ left: {px(10)}px; }}
QTabBar {{ background: transparent; qproperty-drawBase: 0; }}
QTabBar::tab {{ color: {t.ink}; background: transparent; border: 2px solid transparent;
  border-bottom: 3px solid transparent; padding: {px(7)}px {px(14)}px; min-height: {px(22)}px; }}
QTabBar::tab:hover {{ background: {t.hover}; }}
QTabBar::tab:selected {{ color: {t.ink_strong}; font-weight: 600; border-bottom: 3px solid {t.accent}; }}
QTabBar::tab:focus {{ border: 2px solid {t.accent}; border-bottom: 3px solid {t.accent}; border-radius: 4px; }}
"""


def _scroll(t: Tokens, px: Callable[[int], int], _images: Mapping[str, str]) -> str:
    return f"""
QScrollArea, QScrollArea > QWidget > QWidget[surface="none"] {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: {px(12)}px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: {px(12)}px; margin: 2px; }}
QScrollBar::handle {{ background: {t.field_line}; border-radius: 4px; min-height: 32px; min-width: 32px; }}
QScrollBar::handle:hover {{ background: {t.ink_soft}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: transparent; width: 8px; }}
"""
