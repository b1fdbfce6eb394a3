# The queries beside Xapian: xapian_search.py FOLDER ROUNDS reads rows.tsv and queries.tsv and prints one line of JSON.
# The same pairs are terms with positions; each field's begin a thousand after the last one's end, so that no phrase crosses.
# Run apart from everything else: Xapian is under the GPL.
import json
import os
import statistics
import sys
import time

import xapian

WEIGHTS = (6, 4, 1)  # title, keywords, abstract
GAP = 1000
FACETS = 5  # type, area, year, subject, organisation

folder, rounds = sys.argv[1], int(sys.argv[2])
loose, packed = os.path.join(folder, "xapian.loose"), os.path.join(folder, "xapian")


def load():
    db = xapian.WritableDatabase(loose, xapian.DB_CREATE_OR_OVERWRITE)
    spent = 0.0
    with open(os.path.join(folder, "rows.tsv"), encoding="utf-8") as lines:
        for line in lines:
            cells = line.rstrip("\n").split("\t")
            began = time.perf_counter()
            doc = xapian.Document()
            at = 0
            for text, weight in zip(cells[1:4], WEIGHTS):
                for term in text.split():
                    at += 1
                    doc.add_posting(term, at, weight)
                at += GAP
            for slot, value in enumerate(cells[4:9]):
                doc.add_value(slot, value)
            doc.add_boolean_term("XTYPE" + cells[4])
            doc.add_boolean_term("XAREA" + cells[5])
            db.add_document(doc)
            spent += time.perf_counter() - began
    began = time.perf_counter()
    db.commit()
    db.close()
    xapian.Database(loose).compact(packed)
    return spent + time.perf_counter() - began


def parse(match, kind, area):
    parts = []
    for part in match.split(" AND "):
        words = part.rstrip("*").strip('"').split()
        if part.endswith("*"):
            parts.append(xapian.Query(xapian.Query.OP_WILDCARD, words[-1], 0, xapian.Query.WILDCARD_LIMIT_ERROR))
        elif len(words) == 1:
            parts.append(xapian.Query(words[0]))
        else:
            parts.append(xapian.Query(xapian.Query.OP_PHRASE, words, len(words)))
    query = xapian.Query(xapian.Query.OP_AND, parts)
    if kind:
        filters = xapian.Query(xapian.Query.OP_AND, ["XTYPE" + kind, "XAREA" + area])
        query = xapian.Query(xapian.Query.OP_FILTER, query, filters)
    return query


def ask(db, query):
    enquire = xapian.Enquire(db)
    enquire.set_query(query)
    spies = [xapian.ValueCountMatchSpy(slot) for slot in range(FACETS)]
    for spy in spies:
        enquire.add_matchspy(spy)
    found = enquire.get_mset(0, 20, db.get_doccount())  # all are looked at, so counts are exact
    for _ in found:
        pass
    for spy in spies:
        for _ in spy.top_values(20):
            pass
    return found.get_matches_estimated()


seconds = load()
db = xapian.Database(packed)
ms, hits = [], []
with open(os.path.join(folder, "queries.tsv"), encoding="utf-8") as lines:
    for line in lines:
        cells = line.rstrip("\n").split("\t")
        query = parse(*cells[1:4])
        hits.append(ask(db, query))
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            ask(db, query)
            times.append((time.perf_counter() - began) * 1000)
        ms.append(statistics.median(times))
size = sum(os.path.getsize(os.path.join(packed, name)) for name in os.listdir(packed))
print(json.dumps({"seconds": seconds, "documents": db.get_doccount(), "size": size, "ms": ms, "hits": hits}))
