"""Writes holidays.json: python write_holidays.py > holidays.json, with the PyPI package `holidays` in the version that README.md names."""

import json
import pathlib
from collections import defaultdict

import holidays

YEARS = range(2026, 2032)


def public_days(country, region=None):
    return set(holidays.country_holidays(country, subdiv=region, years=YEARS, categories=("public",)))


def written(days):
    """The days of each year in one text: `01-01 12-25`."""
    years = defaultdict(list)
    for day in sorted(days):
        if day.year in YEARS:
            years[day.year].append(f"{day:%m-%d}")
    return {str(year): " ".join(days) for year, days in years.items()}


def line(country):
    nationwide = public_days(country)
    kind = type(holidays.country_holidays(country))
    names = {}
    for name, region in (getattr(kind, "subdivisions_aliases", None) or {}).items():
        names.setdefault(region, name)
    regions = {region: public_days(country, region) for region in kind.subdivisions}
    # What holds in each region, whatever the list says of the country as a whole.
    everywhere = set.intersection(*regions.values()) if regions else nationwide
    entry = {"code": country, "days": written(everywhere)}
    if any(days != everywhere for days in regions.values()):
        entry["regions"] = [
            {"code": region, "name": names.get(region, region), "days": written(days - everywhere)}
            for region, days in sorted(regions.items(), key=lambda entry: names.get(entry[0], entry[0]))
        ]
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


countries = json.loads(pathlib.Path(__file__).with_name("countries.json").read_text())
print("[\n" + ",\n".join(line(country["code"]) for country in countries) + "\n]")
