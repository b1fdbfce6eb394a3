# Every cell of a workbook through openpyxl: openpyxl_read.py (stream|whole) FILE. Prints rows, cells, microseconds.
import json
import sys
import time

import openpyxl

began = time.monotonic()
book = openpyxl.load_workbook(sys.argv[2], read_only=sys.argv[1] == "stream")
rows = cells = 0
for row in book.active.iter_rows(values_only=True):
    rows += 1
    cells += len(row)
print(json.dumps({"rows": rows, "cells": cells, "us": round((time.monotonic() - began) * 1e6)}))
