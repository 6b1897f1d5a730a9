"""Puts the user's scope on the request."""

from django.utils.functional import SimpleLazyObject

from accounts.scope import scope_for


class ScopeMiddleware:
    """``request.scope``: built at first use, once per request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.scope = SimpleLazyObject(lambda: scope_for(request.user))
        return self.get_response(request)
