"""restated-count.py STORE REPORT FROZEN NOW: counts a store with plain SQL, as it was at batch FROZEN and is at batch NOW, by the
rules that the report prints, and holds the sheets of a restated report (CSV) against that: every difference at every level, and
what explains it."""
import csv, json, sqlite3, sys
from collections import Counter, defaultdict

db, frozen, now = sqlite3.connect(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4])
LEVELS = {"station": "服务站", "community": "社区", "grid": "网格", "building": "楼栋"}
units = {c: (p, l, n) for c, p, l, n in db.execute("SELECT code, parent, level, name FROM vet_unit WHERE _out IS NULL")}
faults = 0


def check(what, problems):
    global faults
    faults += bool(problems)
    print(("not ok" if problems else "ok"), "-", what)
    for p in problems[:12]:
        print("#", p)


def ups(code):
    while code:
        yield code
        code = units[code][0] if code in units else ""


def people(at):
    """Each person that counts -> (unit, category, record)."""
    visible = f"_in <= {at} AND (_out IS NULL OR _out > {at})"
    # A sheet is of the day it was surveyed, else of the month it was handed in for.
    day = {sheet: date or "" for sheet, date in db.execute("SELECT _id, survey_date FROM vet_sheet")}
    month = {}
    returns = db.execute(f"SELECT sheet, period, ledger, seen FROM vet_return WHERE {visible}").fetchall()
    for sheet, period, _, _ in returns:
        month[sheet] = max(period, month.get(sheet, ""))
    handed = {record: day.get(sheet) or month.get(sheet, "")
              for record, sheet in db.execute(f"SELECT _record, _sheet FROM person_version WHERE {visible}")}
    for sheet, period, ledger, records in returns:
        if ledger == "person" and records:
            for record in json.loads(records):
                handed[record] = max(day.get(sheet) or period, handed.get(record, ""))
    entity = dict(db.execute(f"SELECT record, entity FROM vet_link WHERE ledger = 'person' AND {visible}"))
    who = defaultdict(list)
    for record, code, category, died, moved, id_ in db.execute(
        f"SELECT v._record, c.code, v.category, v.died, v.moved, v._id FROM person_version v LEFT JOIN vet_code c ON c._id = v._unit "
        f"WHERE v._in <= {at} AND (v._out IS NULL OR v._out > {at})"):
        if died != "是" and moved != "是":
            who[entity.get(record, record)].append((handed[record], code, id_, category, record))
    out = {}
    for e, v in who.items():
        newest = max(x[0] for x in v)
        v = sorted((x for x in v if x[0] == newest), key=lambda x: (x[1], x[2]))
        out[e] = (v[0][1], v[0][3], v[0][4])
    return out


def count(p):
    by_unit, by_category = Counter(), Counter()
    for code, category, _ in p.values():
        for u in ups(code):
            by_unit[u] += 1
            by_category[u, category] += 1
    return by_unit, by_category


then, at_last = people(frozen), people(now)
was, was_by = count(then)
isnow, now_by = count(at_last)

sheets = defaultdict(lambda: defaultdict(dict))
with open(sys.argv[2], newline="") as f:
    for sheet, table, line, column, value, *_ in csv.reader(f):
        sheets[sheet, table][line][column] = value
balance = list(sheets["与已报数的差异", "1"].values())
lines = list(sheets["差异逐条说明", "1"].values())

told, problems = {}, []
number = lambda l, k: int(l[k] or 0)
for l in balance:
    told[l["unit"]] = l
    if LEVELS[units[l["unit"]][1]] != l["level"]:
        problems.append(f"{l['unit']} is no {l['level']}")
check("the balance names units by their levels", problems)
check("what was reported is what was counted when the month was frozen",
      [f"{c} {was[c]} told {l['reported']}" for c, l in told.items() if number(l, "reported") != was[c]])
check("what is now known is what is counted now", [f"{c} {isnow[c]} told {l['now']}" for c, l in told.items() if number(l, "now") != isnow[c]])
check("every unit whose number differs is there",
      [f"{c} {units[c][2]} {was[c]} -> {isnow[c]}" for c in units if was[c] != isnow[c] and c not in told])
check("reported, events and corrections add up to what is now known",
      [str(l) for l in balance if number(l, "reported") + number(l, "new") + number(l, "moved_in") - number(l, "moved_out")
       - number(l, "died") + number(l, "corrected") != number(l, "now")])
check("what should have been reported is reported and corrections",
      [str(l) for l in balance if number(l, "reported") + number(l, "corrected") != number(l, "right")])

places = {}
for c in units:
    if units[c][1] != "station":
        names = [units[u][2] for u in ups(c) if units[u][1] != "station"]
        places[" ".join(reversed(names))] = c
places[next(u[2] for u in units.values() if u[1] == "station")] = next(c for c, u in units.items() if u[1] == "station")
COME, GO = "新增 补报 重新计入 分为两人".split(), "去世 迁出 不应计入 并为一人".split()
MOVE, REST = "迁移 改登记处".split(), "变化 改正 改按另一条记录 退回 退回已改 补交 退回行已改 新退回行".split()
step, events, corrections, problems = Counter(), Counter(), Counter(), []
for l in lines:
    sides = l["place"].split(" → ") if l["place"] else []
    codes = [places.get(s) for s in sides]
    if None in codes or len(sides) != (2 if l["what"] in MOVE else 1):
        problems.append(f"{l['what']} {l['name']}: {l['place']}")
        continue
    change = [(codes[0], -1), (codes[1], 1)] if l["what"] in MOVE else [(codes[0], 1)] if l["what"] in COME else \
        [(codes[0], -1)] if l["what"] in GO else []
    if not change and l["what"] not in REST:
        problems.append(f"unknown: {l['what']}")
    for c, n in change:
        for u in ups(c):
            step[u] += n
            (events if l["nature"] == "真实变动" else corrections)[u] += n
check("every line says which unit, or which two, it is about", problems)
for level, title in LEVELS.items():
    check(f"the lines of people add up to the difference of every {level}",
          [f"{c} {units[c][2]}: {was[c]} -> {isnow[c]}, lines say {step[c]:+}" for c in units
           if units[c][1] == level and isnow[c] - was[c] != step[c]])
    check(f"  those that are events to the events of every {level}",
          [f"{c}: lines {events[c]:+} balance {l}" for c, l in told.items() if units[c][1] == level and events[c]
           != number(l, "new") + number(l, "moved_in") - number(l, "moved_out") - number(l, "died")])
    check(f"  and those that are corrections to the corrections of every {level}",
          [f"{c}: lines {corrections[c]:+} balance {l}" for c, l in told.items() if units[c][1] == level
           and corrections[c] != number(l, "corrected")])

# Whoever stays and counts with another value has a line that says so.
FIELDS = {"sex": "性别", "category": "人员类别", "employment": "就业状况", "hardship": "是否困难", "plaque": "光荣牌", "card": "优待证"}
group = dict(db.execute(f"SELECT record, entity FROM vet_link WHERE ledger = 'person' AND _in <= {now} AND (_out IS NULL OR _out > {now})"))


def values(at):
    return {r[0]: r[1:] for r in db.execute(f"SELECT _record, {', '.join(FIELDS)} FROM person_version WHERE _in <= {at} AND "
                                            f"(_out IS NULL OR _out > {at})")}


old, new, problems = values(frozen), values(now), []
gone = {l["record"] for l in lines if l["what"] in GO}  # they are told of as a whole
told = {(l["record"], l["field"], l["reported"], l["now"]) for l in lines}
for unit, _, r in then.values():
    if group.get(r, r) in at_last and str(r) not in gone:
        r2 = at_last[group.get(r, r)][2]
        for title, x, y in zip(FIELDS.values(), old[r], new[r2]):
            if x != y and not {(str(r), title, x or "", y or ""), (str(r2), title, x or "", y or "")} & told:
                problems.append(f"{r} -> {r2} in {unit}: {title} {x} -> {y}")
check("who stays and counts with another value has a line", problems)
table = sheets["社区分类", "1"]
problems = []
for l in table.values():
    for c in (c for c in units if units[c][1] == "community" and units[c][2] == l.get("name")):
        for k, n in now_by.items():
            if k[0] == c and k[1] and k[1] in l and int(l[k[1]] or 0) != n:
                problems.append(f"{c} {k[1]}: {n}, told {l[k[1]]}")
check("the table by category is what is counted now", problems)
marked = defaultdict(int)
for l in sheets["重报的数", "1"].values():
    if l["in_sheet"] == "社区人数":
        marked[l["row"]] = int(l["difference"])
check("the numbers with an r differ by as much",
      [f"{c} {units[c][2]}: {isnow[c] - was[c]:+} told {marked[units[c][2]]}" for c in units
       if units[c][1] == "community" and isnow[c] - was[c] != marked[units[c][2]]])
print(f"# {len(lines)} lines: {Counter(l['nature'] + ' ' + l['what'] for l in lines)}")
sys.exit(faults > 0)
