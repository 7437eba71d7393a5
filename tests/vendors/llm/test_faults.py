"""What each of pydantic-ai's errors means to us, told without a secret."""

import pytest
from pydantic_ai import exceptions as theirs

from kinoloop.core.errors import (
    InputError,
    IntegrityError,
    KinoloopError,
    LimitError,
    PassingError,
    UnavailableError,
)
from kinoloop.vendors.llm.asking import most_telling, unusable
from kinoloop.vendors.llm.faults import fault_of, refused


def http(status: int, body: object = None) -> theirs.ModelHTTPError:
    return theirs.ModelHTTPError(status, "m", body)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (theirs.ModelQuotaExceededError("m", "no"), LimitError),
        (theirs.ModelAuthenticationError("m", "no"), UnavailableError),
        (http(400, {"error": {"message": "API key not valid. Please pass one."}}), UnavailableError),
        (theirs.ModelNotFoundError("m", "no"), UnavailableError),
        (theirs.ContentFilterError("no"), IntegrityError),
        (theirs.OutputTokenLimitExceeded("no"), IntegrityError),
        (theirs.ModelTimeoutError("m", "no"), PassingError),
        (TimeoutError(), PassingError),
        (theirs.ModelConnectionError("m", "no"), PassingError),
        (http(408), PassingError),
        (http(409), PassingError),
        (http(400), InputError),
        (theirs.UserError("no"), InputError),
        (theirs.UnexpectedModelBehavior("odd"), IntegrityError),
        (ValueError("odd"), IntegrityError),
    ],
)
def test_each_error_has_its_kind(error: Exception, kind: type[KinoloopError]) -> None:
    assert type(fault_of(error, "The model m", ())) is kind


def test_what_is_quoted_is_short_and_holds_no_secret() -> None:
    told = fault_of(http(400, {"message": "bad key sk-1 \n token=abc123 " + "x" * 900}), "M", ("sk-1", ""))
    assert (
        "sk-1" not in told.why and "abc123" not in told.why and len(told.why) < 330 and "\n" not in told.why
    )
    assert fault_of(http(400, "plain words"), "M", ()).why == "HTTP 400. plain words"


def test_a_refusal_quotes_the_models_words() -> None:
    assert "It said: No." in refused("M", "No.").why and "It said" not in refused("M").why


def test_an_unusable_answer_without_a_schema_error_still_says_why() -> None:
    told = unusable(theirs.UnexpectedModelBehavior("no tool was called"), [])
    assert "no tool was called" in told.why


def test_the_most_telling_failure_comes_first() -> None:
    errors = [LimitError("credit"), PassingError("later", why="busy")]
    assert most_telling(errors).what == "later" and most_telling(errors[:1]).what == "credit"
