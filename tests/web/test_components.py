"""The macros every page is built from: they say states in words, escape what people typed, and fit every field."""

from datetime import UTC, date, datetime
from pathlib import Path

import html5lib
import pytest
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    Form,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
YES_NO = [SelectChoice(value="yes", label="Yes"), SelectChoice(value="no", label="No")]
THURSDAY = datetime(2026, 11, 26, 17, tzinfo=UTC)


class EveryKind(Form):
    first_name = StringField("First name", [InputRequired("Enter the first name")])
    born = DateField("Date of birth", format="%d %m %Y", invalid_value_message="Enter a real date")
    worry = TextAreaField("What worries you?", [Length(max=400)], description="Days and dates help")
    safe = RadioField("Safe now?", [InputRequired("Say whether the child is safe")], choices=YES_NO)
    often = SelectField("How often", choices=YES_NO)
    needs = SelectMultipleField("Needs", choices=YES_NO)
    agreed = BooleanField("The parent agreed")
    files = MultipleFileField("Attachments")
    secret = PasswordField("Password")


@pytest.fixture(scope="module")
def jinja() -> Environment:
    parts = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    environment = Environment(loader=ChoiceLoader([FileSystemLoader(TEMPLATES), parts]), autoescape=True)
    environment.filters["long_datetime"] = lambda _moment: "Thursday 26 November 2026 at 5pm"
    return environment


def shown(jinja: Environment, source: str, **context: object) -> str:
    return jinja.from_string(source).render(**context)


def one_field(jinja: Environment, form: Form, name: str) -> str:
    return shown(jinja, '{% from "components/fields.html" import field %}{{ field(form[name]) }}', form=form, name=name)


@pytest.mark.parametrize("name", EveryKind()._fields)
def test_every_kind_of_field_has_a_label_and_is_valid_html(jinja: Environment, name: str) -> None:
    form = EveryKind()
    html = one_field(jinja, form, name)
    html5lib.HTMLParser(strict=True).parseFragment(html)
    assert form[name].label.text in html
    assert f'id="{name}' in html


def test_a_date_keeps_what_was_typed(jinja: Environment) -> None:
    form = EveryKind(MultiDict([("born", "31"), ("born", "2"), ("born", "x")]))
    assert not form.validate()
    html = one_field(jinja, form, "born")
    assert [f'value="{part}"' in html for part in ("31", "2", "x")] == [True] * 3
    assert "Enter a real date" in html


@pytest.mark.parametrize("sent", [[], ["31"], ["31", "2"]])
def test_a_date_sent_in_pieces_still_shows(jinja: Environment, sent: list[str]) -> None:
    form = EveryKind(MultiDict([("born", part) for part in sent]))
    form.validate()
    assert one_field(jinja, form, "born").count("<input") == 3


def test_a_date_shows_the_day_it_holds(jinja: Environment) -> None:
    html = one_field(jinja, EveryKind(data={"born": date(2013, 3, 27)}), "born")
    assert [f'value="{part}"' in html for part in (27, 3, 2013)] == [True] * 3


def test_the_summary_links_to_the_first_input_of_each_field_in_error(jinja: Environment) -> None:
    form = EveryKind(MultiDict([("born", "31"), ("born", "2"), ("born", "2020")]))
    assert not form.validate()
    html = shown(jinja, '{% from "components/forms.html" import error_summary %}{{ error_summary(form) }}', form=form)
    assert [f'href="#{anchor}"' in html for anchor in ("first_name", "born-day", "safe")] == [True] * 3


def test_no_errors_no_summary(jinja: Environment) -> None:
    source = '{% from "components/forms.html" import error_summary %}{{ error_summary(form) }}'
    assert not shown(jinja, source, form=EveryKind()).strip()


@pytest.mark.parametrize("tone", ["on_track", "soon", "missed", "waiting", "neutral"])
def test_a_state_is_said_in_words(jinja: Environment, tone: str) -> None:
    source = '{% from "components/status.html" import status_tag %}{{ status_tag("Missed yesterday", tone) }}'
    assert ">Missed yesterday</strong>" in shown(jinja, source, tone=tone)


def test_what_people_wrote_is_escaped(jinja: Environment) -> None:
    source = (
        '{% from "components/people.html" import timeline %}{% from "components/blocks.html" import summary_list %}'
        "{{ timeline([{'title': bad, 'body': bad, 'who': bad, 'at': at}]) }}"
        "{{ summary_list([{'key': bad, 'value': bad}]) }}"
    )
    html = shown(jinja, source, bad="<img src=x>", at=THURSDAY)
    assert "<img" not in html
    assert html.count("&lt;img") == 5


def test_every_cell_of_a_table_names_its_column(jinja: Environment) -> None:
    source = '{% from "components/lists.html" import data_table %}{{ data_table(columns, rows, "Your referrals") }}'
    columns = [{"key": "child", "label": "Child"}, {"key": "next", "label": "Next"}]
    html = shown(jinja, source, columns=columns, rows=[{"child": "Amira K.", "next": "You answer"}])
    assert 'data-label="Next"' in html
    html5lib.HTMLParser(strict=True).parseFragment(html)


@pytest.mark.parametrize("code", [400, 401, 405, 429, 500, 503])
def test_a_broken_portal_still_says_what_to_do(jinja: Environment, code: int) -> None:
    html = jinja.get_template(f"errors/{code}.html").render()
    html5lib.HTMLParser(strict=True).parse(html)
    assert html.count("<h1") == 1
    assert "999" in html
    assert "safeguarding@ksaf.uk" in html
