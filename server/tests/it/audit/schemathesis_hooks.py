"""Requests as real clients make them."""

import schemathesis

@schemathesis.hook
def before_call(context, case, kwargs):
    case.body = with_integers(case.body)


def with_integers(value):
    """JSON Schema calls 17.0 an integer. Programs do not write it so, and the server does not read it so."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: with_integers(member) for name, member in value.items()}
    if isinstance(value, list):
        return [with_integers(item) for item in value]
    return value
