"""``{% reveal token url label %}``: a masked number and, for those who may, the way to see it."""

from typing import Any

from django import template

from common.reveal import ReasonForm, masked

register = template.Library()


@register.inclusion_tag("ui/reveal.html", takes_context=True)
def reveal(
    context: template.Context, token: str, url: str = "", label: str = "号码"
) -> dict[str, Any]:
    """``url``: the RevealView of this field; without it, or without the right to see identities,
    there is only the masked number."""
    scope = getattr(context.get("request"), "scope", None)
    may = bool(token and url and scope is not None and scope.may("see_identity"))
    return {
        "mask": masked(token),
        "url": url if may else "",
        "label": label,
        "form": ReasonForm(),
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def mask(token: str) -> str:
    """The masked text of a stored token."""
    return masked(token)
