"""The laws with parameters: their forms, the rules their arguments keep, and their canonical parameters."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from swifteats_sim.scenario.errors import shown
from swifteats_sim.scenario.quantities import NUMBER, RATIO, SECOND, Quantity, parse

Z95 = NormalDist().inv_cdf(0.95)
MAX_ERLANG = 1000
BARE = ("k",)
"""Arguments without a unit."""
Canonical = tuple[tuple[float, ...], float]
"""Parameters and mean, in SI units."""


@dataclass(frozen=True, slots=True)
class Law:
    """A law's accepted sets of arguments, and the way from one set to canonical parameters and mean.

    by_name : arguments must be named, because their order says nothing.
    """

    forms: tuple[tuple[str, ...], ...]
    build: Callable[[dict[str, float]], Canonical]
    by_name: bool = False


def _deterministic(a: dict[str, float]) -> Canonical:
    return (a["value"],), a["value"]


def _uniform(a: dict[str, float]) -> Canonical:
    _need(a["low"] < a["high"], "low must be less than high")
    return (a["low"], a["high"]), (a["low"] + a["high"]) / 2


def _exponential(a: dict[str, float]) -> Canonical:
    return (a["mean"],), a["mean"]


def _erlang(a: dict[str, float]) -> Canonical:
    _need(a["k"].is_integer() and 1 <= a["k"] <= MAX_ERLANG, f"k must be a whole number from 1 to {MAX_ERLANG}")
    return (a["k"], a["mean"]), a["mean"]


def _hyperexponential(a: dict[str, float]) -> Canonical:
    _need(0 < a["p"] < 1, "p must be more than 0 and less than 1")
    return (a["p"], a["mean1"], a["mean2"]), a["p"] * a["mean1"] + (1 - a["p"]) * a["mean2"]


def _lognormal(a: dict[str, float]) -> Canonical:
    if "median" in a:
        _need(1 < a["p95"] / a["median"] <= 1000, "p95 must be more than the median, at most 1000 times")
        mu, sigma = math.log(a["median"]), math.log(a["p95"] / a["median"]) / Z95
        return (mu, sigma), math.exp(mu + sigma**2 / 2)
    _need(0.001 <= a["sd"] / a["mean"] <= 1000, "sd must be from 1/1000 to 1000 times the mean")
    variance = math.log1p((a["sd"] / a["mean"]) ** 2)
    return (math.log(a["mean"]) - variance / 2, math.sqrt(variance)), a["mean"]


def _gamma(a: dict[str, float]) -> Canonical:
    _need(0.001 <= a["sd"] / a["mean"] <= 1000, "sd must be from 1/1000 to 1000 times the mean")
    shape = (a["mean"] / a["sd"]) ** 2
    return (shape, a["mean"] / shape), a["mean"]


LAWS: dict[str, Law] = {
    "deterministic": Law((("value",),), _deterministic),
    "uniform": Law((("low", "high"),), _uniform),
    "exponential": Law((("mean",),), _exponential),
    "erlang": Law((("k", "mean"),), _erlang),
    "hyperexponential": Law((("p", "mean1", "mean2"),), _hyperexponential),
    "lognormal": Law((("median", "p95"), ("mean", "sd")), _lognormal, by_name=True),
    "gamma": Law((("mean", "sd"),), _gamma, by_name=True),
}
MAY_BE_ZERO = ("value", "low")


def canonical(name: str, arguments: Sequence[tuple[str | None, str]], quantity: Quantity) -> Canonical:
    """Canonical parameters and mean of a law; ValueError naming the law, the argument and the rule."""
    law = LAWS[name]
    if name == "deterministic" and len(arguments) == 1 and arguments[0][0] in (None, "value"):
        return law.build({"value": _number("value", arguments[0][1], quantity)})
    try:
        texts = _bound(law, arguments)
        values = {key: _number(key, text, quantity) for key, text in texts.items()}
        for key, value in values.items():
            _need(value > 0 or key in MAY_BE_ZERO, f"{key} must be more than 0")
        return law.build(values)
    except ArithmeticError:
        raise ValueError(f"{name}: the arguments are too far apart to be reckoned with") from None
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _bound(law: Law, arguments: Sequence[tuple[str | None, str]]) -> dict[str, str]:
    """Arguments by name, whichever of the law's forms they fill."""
    wanted = " or ".join("(" + ", ".join(f"{key}=" if law.by_name else key for key in form) + ")" for form in law.forms)
    names = [key for key, _ in arguments if key is not None]
    positional = [text for key, text in arguments if key is None]
    for form in law.forms:
        taken = () if law.by_name else form[: len(positional)]
        given = [*taken, *names]
        if len(taken) == len(positional) and sorted(given) == sorted(form):
            return {
                **dict(zip(taken, positional, strict=True)),
                **{key: text for key, text in arguments if key},
            }
    raise ValueError(f"takes {wanted}")


def _number(key: str, text: str, quantity: Quantity) -> float:
    if key in BARE or (key == "p" and re.fullmatch(NUMBER, text)):
        if not re.fullmatch(NUMBER, text):
            raise ValueError(f"{key} must be a number without a unit, not {shown(text)}")
        return float(text)
    if key == "p":
        return float(parse(text, RATIO))
    return float(parse(text, quantity) / (SECOND if quantity.whole else 1))


def _need(holds: bool, rule: str) -> None:
    if not holds:
        raise ValueError(rule)
