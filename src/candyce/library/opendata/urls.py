"""Addresses for programs and catalogues, on the portal."""

from django.urls import path

from candyce.library.opendata import api, sitemap
from candyce.library.opendata.oai.views import answer

app_name = "opendata"
urlpatterns = [
    path("api/library/", api.show_list, name="list"),
    path("api/library/openapi.json", api.show_openapi, name="openapi"),
    path("api/library/documentation/", api.show_documentation, name="documentation"),
    path("api/library/<slug:slug>/", api.show_resource, name="detail"),
    path("oai/", answer, name="oai"),
    path("sitemap.xml", sitemap.show_sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemap.show_page, name="sitemap_page"),
    path("robots.txt", sitemap.show_robots, name="robots"),
]
