"""A model as bytes and back: canonical JSON, so that equal models have equal hashes."""

import json
from dataclasses import asdict

from kinoloop.core.errors import IntegrityError
from kinoloop.learning.predictor.records import CtrModel

KIND = "ctr_two_level_1"
"""What these bytes are; another form gets another name."""


def to_bytes(model: CtrModel) -> bytes:
    told = {"kind": KIND, **asdict(model)}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def from_bytes(data: bytes) -> CtrModel:
    """Raises IntegrityError for anything else."""
    try:
        told = json.loads(data)
        if told.pop("kind") != KIND:
            raise KeyError("kind")
        told["effects"], told["columns"] = tuple(told["effects"]), tuple(told["columns"])
        told["covariance"] = tuple(tuple(row) for row in told["covariance"])
        return CtrModel(**told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(
            "These bytes are no CTR model.", why=str(error), fix="Train a new one, or roll back."
        ) from error
