/* gen_records COUNT csv|jsonl [SEED]: writes records to standard output. XIETONG_DATA as in records.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "records.h"

static void add_cell(struct xt_text *out, struct xt_str cell, const char *after)
{
    xt_text_add_char(out, '"');
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.s[i] == '"')
            xt_text_add_char(out, '"');
        xt_text_add_char(out, cell.s[i]);
    }
    xt_text_add_char(out, '"');
    xt_text_add_z(out, after);
}

static void add_csv(const struct record *record, struct xt_text *out)
{
    add_cell(out, xt_text_view(&record->title), ",");
    add_cell(out, xt_text_view(&record->abstract), ",");
    add_cell(out, xt_text_view(&record->keywords), ",");
    xt_text_addf(out, "%s,%s,%s,%s,%s\n", record->type, record->area, record->year, record->subject,
                 record->organisation);
}

static void add_json(const struct record *record, struct xt_text *out)
{
    struct xt_json json;

    xt_json_init(&json, out);
    xt_json_object(&json);
    xt_json_kv_str(&json, "title", xt_text_view(&record->title));
    xt_json_kv_str(&json, "abstract", xt_text_view(&record->abstract));
    xt_json_kv_str(&json, "keywords", xt_text_view(&record->keywords));
    xt_json_kv_z(&json, "type", record->type);
    xt_json_kv_z(&json, "area", record->area);
    xt_json_kv_z(&json, "year", record->year);
    xt_json_kv_z(&json, "subject", record->subject);
    xt_json_kv_z(&json, "organisation", record->organisation);
    xt_json_end_object(&json);
    xt_text_add_char(out, '\n');
}

int main(int argc, char **argv)
{
    int64_t count, seed = 1;

    if (argc < 3 || !xt_int_parse(xt_str(argv[1]), &count) || (argc > 3 && !xt_int_parse(xt_str(argv[3]), &seed)) ||
        (strcmp(argv[2], "csv") != 0 && strcmp(argv[2], "jsonl") != 0)) {
        fprintf(stderr, "usage: gen_records COUNT csv|jsonl [SEED]\n");
        return 2;
    }
    bool csv = strcmp(argv[2], "csv") == 0;
    const char *data = getenv("XIETONG_DATA");
    struct records *records = records_open(data ? data : "../shared/data", (uint64_t)seed);
    struct record record;
    struct xt_text out;

    record_init(&record);
    xt_text_init(&out, 16 * XT_MIB);
    if (csv)
        xt_text_add_z(&out, "title,abstract,keywords,type,area,year,subject,organisation\n");
    for (int64_t i = 0; i < count; i++) {
        records_make(records, (uint64_t)i, &record);
        if (csv)
            add_csv(&record, &out);
        else
            add_json(&record, &out);
        if (out.n > XT_MIB || i + 1 == count) {
            if (fwrite(out.s, 1, out.n, stdout) != out.n)
                return 1;
            xt_text_clear(&out);
        }
    }
    if (!records_real(records))
        fprintf(stderr, "gen_records: no real texts found: made-up words were used\n");
    xt_text_done(&out);
    record_done(&record);
    records_close(records);
    return 0;
}
