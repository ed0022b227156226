"""What authors are told of their resources."""

from __future__ import annotations

from django.db import models

from candyce.library.models.resource import Resource


class News(models.Model):
    """Something a person is told once. ``data``: what the sentence names besides the resource; see ``news``."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="library_news")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="news")
    kind = models.CharField(max_length=32)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=("user", "dismissed_at"), name="news_to_show"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.resource_id}"
