"""Addresses for programs and catalogues, on the portal."""

from django.urls import path

from candyce.library.opendata import sitemap
from candyce.library.opendata.oai.views import answer

app_name = "opendata"
urlpatterns = [
    path("oai/", answer, name="oai"),
    path("sitemap.xml", sitemap.show_sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemap.show_page, name="sitemap_page"),
    path("robots.txt", sitemap.show_robots, name="robots"),
]
