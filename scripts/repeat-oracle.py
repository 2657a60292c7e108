"""Random repeat rules, expanded by python-dateutil, as JSON lines for shared/tests/repeat_oracle.rs.

The rules are valid by RFC 5545 within Daymark's subset, and their starts hit them. Where dateutil departs from the
RFC (docs/repeats.md lists where), the rule is put to it in other words that mean the same; the case keeps the original.

The first line says what the cases were made with; every other line is a case:
  rule, start, zone  what is expanded
  dates, through     the first ten dates up to a day, and that day
  instants           these dates at the start's time in the zone, in seconds since 1970
  from, to, far      the first five dates within a later window
  before             how many dates lie before the window
  last               the rule's last date, if it ends before the window does
"""

import argparse
import datetime as datetime_module
import json
import random
import sys
import warnings
import zoneinfo
from datetime import date, datetime, time, timedelta, timezone
from itertools import dropwhile

import dateutil.rrule
import tzdata
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQS = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Kathmandu",  # moved by a quarter of an hour at midnight in 1986
    "Africa/Casablanca",  # goes back for Ramadan
    "Pacific/Apia",  # had no 30 December 2011
]
TIMES = [time(h, m) for h in (0, 1, 2, 3) for m in (0, 10, 15, 30, 45)] + [time(7), time(9), time(12), time(23, 59, 59)]


class Calendar:
    """The datetime module as dateutil.rrule sees it, but with an earlier end of the world: dateutil looks at `until`
    only when it has found a date, and otherwise searches on to the year 9999."""

    MAXYEAR = datetime_module.MAXYEAR

    def __getattr__(self, name):
        return getattr(datetime_module, name)


dateutil.rrule.datetime = Calendar()


def pick(rng, choices, most):
    return sorted(rng.sample(choices, rng.randint(1, min(most, len(choices)))))


class Rule:
    """The parts of a rule, without its end."""

    def __init__(self, rng):
        self.freq = rng.choice(list(FREQS))
        self.interval = rng.choice([1, 1, 1, 1, 2, 2, 3, 4, rng.randint(5, 30), rng.randint(31, 1000)])
        if self.freq == "YEARLY" and self.interval > 30:
            self.interval = rng.randint(5, 12)
        self.month, self.month_day, self.day, self.pos = [], [], [], []
        if rng.random() < 0.3:
            self.month = pick(rng, range(1, 13), rng.choice([1, 3, 12]))
        if self.freq != "WEEKLY" and rng.random() < 0.35:
            of = [1, 13, 28, 29, 30, 31, -1, -2, -29, -31] if rng.random() < 0.4 else [*range(-31, 0), *range(1, 32)]
            self.month_day = pick(rng, of, rng.choice([1, 3, 12]))
        if rng.random() < 0.5:
            of = [(0, d) for d in DAYS]
            if self.freq in ("MONTHLY", "YEARLY") and rng.random() < 0.6:
                most = 5 if self.scope() == 5 and rng.random() < 0.9 else 53
                numbered = [(n, d) for n in (*range(-most, 0), *range(1, most + 1)) for d in DAYS]
                of = numbered if rng.random() < 0.6 else of + rng.sample(numbered, 7)
            self.day = pick(rng, of, rng.choice([1, 3, 7]))
        if (self.month or self.month_day or self.day) and rng.random() < 0.25:
            most = rng.choice([2, 5, 5, 31, 366])
            self.pos = pick(rng, [*range(-most, 0), *range(1, most + 1)], rng.choice([1, 2, 4]))
            if self.freq == "DAILY":
                self.pos = sorted({*self.pos, rng.choice([-1, 1])})
        self.week_start = rng.choice([0, 0, 0, 6, rng.randint(0, 6)])

    def scope(self):
        """How many of one weekday fit into what a numbered weekday counts in: a month or a year."""
        return 53 if self.freq == "YEARLY" and not self.month else 5

    def text(self, rng, end):
        parts = [f"FREQ={self.freq}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        for name, values in ("BYMONTH", self.month), ("BYMONTHDAY", self.month_day), ("BYSETPOS", self.pos):
            if values:
                parts.append(f"{name}={','.join(map(str, values))}")
        if self.day:
            parts.append("BYDAY=" + ",".join((str(n) if n else "") + d for n, d in self.day))
        if self.week_start:
            parts.append(f"WKST={DAYS[self.week_start]}")
        if end:
            parts.append(end)
        rng.shuffle(parts)
        return ";".join(parts)

    def expand(self, start, until):
        """dateutil's dates from `start` to `until`, both datetimes."""
        day, scope = self.day, self.scope()
        if any(n for n, _ in day):
            # dateutil intersects plain with numbered weekdays, where the RFC unites them: number all.
            day = [(m, d) for n, d in day for m in ([n] if n else range(1, scope + 1))]
            # dateutil may raise IndexError for a number that no month has.
            day = [(n, d) for n, d in day if abs(n) <= scope]
            if not day:
                return
        first = start
        if self.freq == "WEEKLY" and self.pos:
            # dateutil's first week begins on the start, not on WKST, and BYSETPOS counts from there.
            day = day or [(0, DAYS[start.weekday()])]
            first = start - timedelta((start.weekday() - self.week_start) % 7)
        Calendar.MAXYEAR = until.year
        found = rrule(
            FREQS[self.freq],
            dtstart=first,
            interval=self.interval,
            until=until,
            wkst=self.week_start,
            bymonth=self.month or None,
            bymonthday=self.month_day or None,
            byweekday=[weekday(DAYS.index(d), n or None) for n, d in day] or None,
            bysetpos=self.pos or None,
        )
        yield from dropwhile(lambda at: at < start, found)

    def span(self, most):
        """Days to look at: dateutil walks all of them."""
        units, days = {"DAILY": (200, 1), "WEEKLY": (80, 7), "MONTHLY": (60, 31), "YEARLY": (14, 366)}[self.freq]
        return timedelta(min(units * days * self.interval * most, 100_000))

    def window(self, rng):
        return timedelta(int(self.span(1).days * rng.uniform(0.1, 1)))


def transitions(zone):
    """Days near which the clocks change."""
    days, before = [], None
    for ordinal in range(date(1970, 1, 1).toordinal(), date(2090, 1, 1).toordinal()):
        day = date.fromordinal(ordinal)
        offset = datetime.combine(day, time(12), zone).utcoffset()
        if before is not None and offset != before:
            days.append(day)
        before = offset
    return days


def instant(local, zone):
    # fold=0 is the offset before a gap, and the first of two (PEP 495).
    return local.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)


def case(rng, zones):
    name = rng.choice(ZONES)
    zone, changes = zones[name]
    rule = Rule(rng)
    at = rng.choice(TIMES)
    if rng.random() < 0.5:
        # Let one of the first dates fall on a change of the clocks, if the rule allows.
        change = date(2011, 12, 30) if name == "Pacific/Apia" and rng.random() < 0.3 else rng.choice(changes)
        wanted = change - timedelta(rng.choice([0, 1, 1, 2, 7, 14, rng.randint(0, 40)]))
    elif rng.random() < 0.2:
        # Full centuries are leap years only every fourth time.
        wanted = date(rng.choice([1899, 1900, 1999, 2000, 2099, 2100, 2400]), rng.choice([1, 2, 2, 3]), rng.randint(1, 28))
    else:
        wanted = date.fromordinal(rng.randint(date(1950, 1, 1).toordinal(), date(2120, 1, 1).toordinal()))
    wanted = datetime.combine(wanted, at)
    start = next(rule.expand(wanted, wanted + rule.span(rng.choice([1, 1, 1, 1, 8]))), None)
    if start is None:
        return None  # it hits no day, or hardly any

    # The defaults come from the start, so it is asked again.
    through = start + rule.window(rng)
    later = start + rule.window(rng) * rng.choice([1, 1, 1, 4])
    to = later + timedelta(rule.window(rng).days // 4)
    all_dates = list(rule.expand(start, max(through, to)))
    assert all_dates[0] == start, (rule.text(rng, ""), start)

    end, ended = "", False
    kind = rng.choice(["", "", "COUNT", "COUNT", "DATE", "LOCAL", "UTC"])
    if kind == "COUNT":
        count = min(rng.choice([rng.randint(1, 12), rng.randint(1, len(all_dates) + 3)]), 10_000)
        end = f"COUNT={count}"
        ended = count <= len(all_dates)
        all_dates = all_dates[:count]
    elif kind:
        near = rng.choice(all_dates)
        until = near + rng.choice([timedelta(0), timedelta(seconds=rng.randint(-9_000, 9_000)), timedelta(rng.randint(0, 60))])
        until = max(until, start)
        ended = until < max(through, to)
        if kind == "DATE":
            end = f"UNTIL={until:%Y%m%d}"
            ended = until.date() < max(through, to).date()
            all_dates = [d for d in all_dates if d.date() <= until.date()]
        elif kind == "LOCAL":
            end = f"UNTIL={until:%Y%m%dT%H%M%S}"
            all_dates = [d for d in all_dates if d <= until]
        else:
            limit = max(instant(until, zone), instant(start, zone))
            end = f"UNTIL={limit:%Y%m%dT%H%M%SZ}"
            ended = limit + timedelta(3) < instant(max(through, to), zone)
            all_dates = [d for d in all_dates if instant(d, zone) <= limit]

    first = [d for d in all_dates if d <= through][:10]
    far = [d for d in all_dates if later <= d <= to][:5]
    return {
        "rule": rule.text(rng, end),
        "start": start.isoformat(),
        "zone": name,
        "through": through.date().isoformat(),
        "dates": [d.date().isoformat() for d in first],
        "instants": [int(instant(d, zone).timestamp()) for d in first],
        "from": later.date().isoformat(),
        "to": to.date().isoformat(),
        "far": [d.date().isoformat() for d in far],
        "before": sum(d < later for d in all_dates),
        "last": all_dates[-1].date().isoformat() if ended else None,
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rules", type=int, default=3_000, help="how many")
    options.add_argument("--seed", type=int, default=5545)
    options.add_argument("--iana", required=True, help="release of the zone database that the cases must be made with")
    options = options.parse_args()
    if tzdata.IANA_VERSION != options.iana:
        sys.exit(f"repeat-oracle: Python's tzdata is {tzdata.IANA_VERSION}, jiff's is {options.iana}: pin them together")
    zoneinfo.reset_tzpath(())  # the tzdata package, not the system's database
    warnings.simplefilter("error")

    rng = random.Random(options.seed)
    zones = {}
    for name in ZONES:
        zone = zoneinfo.ZoneInfo(name)
        zones[name] = zone, transitions(zone)
    print(json.dumps({"iana": tzdata.IANA_VERSION, "seed": options.seed, "rules": options.rules}))
    made = 0
    while made < options.rules:
        line = case(rng, zones)
        if line is not None:
            print(json.dumps(line, separators=(",", ":")))
            made += 1


if __name__ == "__main__":
    main()
