"""Words of the time line for templates/ui/tracks.html."""

from django import template

from common import timelines

register = template.Library()


@register.filter
def days_in_words(bar: timelines.Bar) -> str:
    """From when to when a bar holds; 一直 without bounds."""
    return timelines.days_in_words(bar) or "一直"
