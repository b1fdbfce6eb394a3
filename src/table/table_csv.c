/*
 * table_csv.c - CSV and TSV: RFC 4180 with tolerance.
 *
 * A cell is quoted only when it begins with a quote; a quote further in is a character like any other. What closes a
 * quoted cell must stand before a delimiter or a line break: where it does not, the quotes are no quotes and the cell is
 * taken as it stands, or, if it had run over a line break, the row is refused and reading goes on with the next line (else
 * one lone quote would eat all up to the next one).
 */
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"
#include "table/table_priv.h"

/* ---- splitting ---- */

/*
 * Where the next delimiter, line break or (for plain text) whatever ends a cell stands. Cells are short, some eight
 * bytes, so a memchr() per cell spends its time on starting; here 64 bytes are compared at once and the bit mask of hits is
 * kept from cell to cell. Reading past the text is allowed by XT_WINDOW_SLACK and masked away.
 */
struct scanner {
    const char *s;
    size_t n;
    size_t base;   /* of the block the mask is of; multiple of 64 from s */
    uint64_t mask; /* hits at and after the position asked last */
    char delimiter;
};

#ifdef __SSE2__
static uint64_t hits(const char *p, char delimiter)
{
    const __m128i d = _mm_set1_epi8(delimiter), lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
    uint64_t mask = 0;
    int i;

    for (i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, d), _mm_or_si128(_mm_cmpeq_epi8(v, lf), _mm_cmpeq_epi8(v, cr)));

        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(hit) << (16 * i);
    }
    return mask;
}
#else
static uint64_t hits(const char *p, char delimiter)
{
    uint64_t mask = 0;
    int i;

    for (i = 0; i < 64; i++)
        mask |= (uint64_t)(p[i] == delimiter || p[i] == '\n' || p[i] == '\r') << i;
    return mask;
}
#endif

static void scan_from(struct scanner *scanner, size_t at)
{
    scanner->base = at & ~(size_t)63;
    scanner->mask = scanner->base < scanner->n ? hits(scanner->s + scanner->base, scanner->delimiter) : 0;
    scanner->mask &= ~(uint64_t)0 << (at & 63);
}

/* The first hit at or after at; n when there is none. at never goes back but by scan_from(). */
static inline size_t next_hit(struct scanner *scanner)
{
    while (scanner->mask == 0) {
        scanner->base += 64;
        if (scanner->base >= scanner->n)
            return scanner->n;
        scanner->mask = hits(scanner->s + scanner->base, scanner->delimiter);
    }
    size_t at = scanner->base + (size_t)__builtin_ctzll(scanner->mask);

    scanner->mask &= scanner->mask - 1;
    return at < scanner->n ? at : scanner->n;
}

static int64_t count_lines(const char *s, size_t n)
{
    int64_t lines = 0;
    size_t i;

    for (i = 0; i < n; i++) /* LF, or CR that no LF follows */
        lines += (s[i] == '\n') | (s[i] == '\r' && s[i + 1] != '\n');
    return lines;
}

enum quote_end { QUOTE_CLOSED, QUOTE_NO_QUOTE, QUOTE_OVERRUN, QUOTE_OPEN };

/* s[at] is the quote that opens. *out_end is behind the quote that closes, *out_rest behind the spaces after it. */
static enum quote_end quoted_cell(const struct scanner *scanner, size_t at, size_t *out_end, size_t *out_rest,
                                  bool *out_doubled)
{
    const char *s = scanner->s;
    size_t i = at + 1;

    *out_doubled = false;
    for (;;) {
        const char *quote = i < scanner->n ? memchr(s + i, '"', scanner->n - i) : NULL;

        if (!quote)
            return QUOTE_OPEN;
        i = (size_t)(quote - s) + 1;
        if (i < scanner->n && s[i] == '"') {
            *out_doubled = true;
            i++;
            continue;
        }
        break;
    }
    *out_end = i;
    while (i < scanner->n && s[i] == ' ')
        i++;
    *out_rest = i;
    if (i == scanner->n || s[i] == scanner->delimiter || s[i] == '\n' || s[i] == '\r')
        return QUOTE_CLOSED;
    if (memchr(s + at, '\n', *out_end - at) || memchr(s + at, '\r', *out_end - at))
        return QUOTE_OVERRUN;
    return QUOTE_NO_QUOTE;
}

static inline void keep_cell(struct xt_csv_split *split, const char *s, size_t n, uint8_t how)
{
    if (split->count < split->capacity) {
        split->cells[split->count] = (struct xt_str){s, n};
        split->quoted[split->count] = how;
    }
    split->count++;
    if (n > split->longest)
        split->longest = n;
}

/* The row has a quote that is never closed: it is its first line, refused. False when that line is not yet whole. */
static bool first_line_only(struct xt_csv_split *split, const char *s, size_t n, bool ended, size_t *out_took)
{
    size_t i = 0;

    while (i < n && s[i] != '\n' && s[i] != '\r')
        i++;
    if (i + 1 >= n && !ended)
        return false;
    split->not_closed = true;
    split->lines = 1;
    *out_took = i < n && s[i] == '\r' && i + 1 < n && s[i + 1] == '\n' ? i + 2 : i < n ? i + 1 : n;
    return true;
}

bool xt_csv_split(struct xt_csv_split *split, const char *s, size_t n, char delimiter, bool ended, size_t *out_took)
{
    struct scanner scanner = {.s = s, .n = n, .delimiter = delimiter};
    size_t start = 0;

    split->count = 0;
    split->longest = 0;
    split->lines = 1;
    split->not_closed = false;
    scan_from(&scanner, 0);
    for (;;) {
        size_t end;

        if (start < n && s[start] == '"') {
            size_t close, rest;
            bool doubled;
            enum quote_end how = quoted_cell(&scanner, start, &close, &rest, &doubled);

            /* At the end of the window a closing quote may yet turn out to be a doubled one. */
            if (!ended && (how == QUOTE_OPEN || (how == QUOTE_CLOSED && rest == n)))
                return false;
            if (how == QUOTE_OPEN || how == QUOTE_OVERRUN)
                return first_line_only(split, s, n, ended, out_took);
            scan_from(&scanner, close);
            end = next_hit(&scanner);
            if (how == QUOTE_CLOSED) {
                split->lines += count_lines(s + start, close - start);
                keep_cell(split, s + start + 1, close - start - 2, doubled ? XT_CSV_DOUBLED : XT_CSV_QUOTED);
            } else {
                keep_cell(split, s + start, end - start, XT_CSV_PLAIN);
            }
        } else {
            end = next_hit(&scanner);
            keep_cell(split, s + start, end - start, XT_CSV_PLAIN);
        }
        if (end < n && s[end] == delimiter) {
            start = end + 1;
            continue;
        }
        if (!ended && (end == n || (s[end] == '\r' && end + 1 == n)))
            return false;
        *out_took = end + (end + 1 < n && s[end] == '\r' && s[end + 1] == '\n' ? 2 : end < n ? 1 : 0);
        return true;
    }
}

/* ---- the reader ---- */

struct csv {
    struct xt_reader base;
    struct xt_window window;
    struct xt_csv_options options;
    struct xt_csv_split split;
    struct xt_text mended; /* cells that had to be changed: doubled quotes, ill-formed bytes */
    size_t at;             /* in the window */
    int64_t line;
    int64_t bad; /* in cells of UTF-8; others are counted by the decoder */
    struct xt_bad_place places[XT_BAD_PLACES];
    size_t place_count; /* of this row, as is row_bad */
    int64_t row_bad;
};

static int64_t csv_bad(const struct xt_reader *reader)
{
    const struct csv *csv = (const struct csv *)reader;

    return csv->bad + xt_window_bad(&csv->window);
}

static void csv_close(struct xt_reader *reader)
{
    struct csv *csv = (struct csv *)reader;

    xt_window_done(&csv->window);
    xt_text_done(&csv->mended);
    free(csv->split.cells);
    free(csv->split.quoted);
    free(csv);
}

static void undouble(struct xt_str cell, struct xt_text *out)
{
    size_t i = 0;

    while (i < cell.n) {
        const char *quote = memchr(cell.s + i, '"', cell.n - i);
        size_t n = quote ? (size_t)(quote - cell.s) + 1 - i : cell.n - i;

        xt_text_add(out, cell.s + i, n);
        i += n;
        if (quote && i < cell.n && cell.s[i] == '"')
            i++;
    }
}

bool xt_formula_like(struct xt_str text, bool *out_apostrophes)
{
    static const char *const wide[] = {"＝", "＋", "－", "＠"};
    size_t i = 0, k;

    while (i < text.n && text.s[i] == '\'')
        i++;
    *out_apostrophes = i > 0;
    if (i == text.n)
        return false;
    if (memchr("=+-@\t\r", text.s[i], 6))
        return true;
    for (k = 0; k < XT_COUNT(wide); k++)
        if (xt_str_starts((struct xt_str){text.s + i, text.n - i}, wide[k]))
            return true;
    return false;
}

/* Room for all that a row of n bytes can need, at once, so that views into mended stay right while it grows: doubled
 * quotes take at most n bytes, U+FFFD for a bad byte three. */
static void reserve_mended(struct csv *csv, size_t n)
{
    size_t most = 4 * n;

    xt_text_clear(&csv->mended);
    if (csv->mended.capacity > most)
        return;
    char *zeros = xt_calloc(1, most);

    xt_text_add(&csv->mended, zeros, most);
    xt_text_clear(&csv->mended);
    free(zeros);
}

static void note_bad(struct csv *csv, const struct xt_bad_place *place)
{
    csv->row_bad++;
    if (csv->place_count < XT_BAD_PLACES)
        csv->places[csv->place_count++] = *place;
}

/* Where in a cell, as it stands in the file, bytes are no UTF-8, or are zero. */
static void note_ill_formed(struct csv *csv, struct xt_str cell, size_t column)
{
    size_t i, took;

    for (i = 0; i < cell.n; i += took) {
        uint32_t c;

        took = xt_utf8_decode(cell.s + i, cell.n - i, &c);
        if (c != 0 && !(c == 0xFFFD && took == 1))
            continue;
        csv->bad++;
        struct xt_bad_place place = {.column = column, .offset = -1, .n = 1};

        place.bytes[0] = (unsigned char)cell.s[i];
        if (!csv->window.decoder)
            place.offset = csv->window.base + (int64_t)csv->window.bom + (cell.s + i - csv->window.s);
        note_bad(csv, &place);
    }
}

/* What the decoder met in this row. */
static void note_faults(struct csv *csv, struct xt_str row, size_t count)
{
    struct xt_bad_place place;
    size_t at, i = 0;

    while (xt_window_fault(&csv->window, (size_t)(row.s - csv->window.s) + row.n, &at, &place)) {
        const char *s = csv->window.s + at;

        while (i < count && s >= csv->split.cells[i].s + csv->split.cells[i].n)
            i++;
        if (i < count && s >= csv->split.cells[i].s)
            place.column = i + 1;
        if (s >= row.s) /* else it stood in a row that was refused as a whole */
            note_bad(csv, &place);
    }
}

static void mend_cell(struct csv *csv, struct xt_str *cell, size_t column, bool doubled, bool clean)
{
    size_t from = csv->mended.n;
    bool valid = clean || xt_utf8_valid(cell->s, cell->n);

    if (!valid)
        note_ill_formed(csv, *cell, column);
    if (doubled) {
        undouble(*cell, &csv->mended);
        *cell = (struct xt_str){csv->mended.s + from, csv->mended.n - from};
    }
    if (!valid) {
        from = csv->mended.n;
        (void)xt_utf8_mend(cell->s, cell->n, &csv->mended); /* counted already */
        *cell = (struct xt_str){csv->mended.s + from, csv->mended.n - from};
    }
}

/* Changes what must be changed in the cells of a row: rows of ASCII without quotes are already right. */
static void finish_cells(struct csv *csv, struct xt_str row)
{
    size_t count = csv->split.count < csv->split.capacity ? csv->split.count : csv->split.capacity;
    bool clean = xt_ascii_clean(row.s, row.n);
    bool reserved = false, apostrophes;
    size_t i;

    csv->place_count = 0;
    csv->row_bad = 0;
    if (!clean) {
        clean = csv->window.decoder ? !memchr(row.s, '\0', row.n) : xt_utf8_valid(row.s, row.n);
        note_faults(csv, row, count);
    }
    for (i = 0; i < count; i++) {
        struct xt_str *cell = &csv->split.cells[i];
        uint8_t how = csv->split.quoted[i];

        if (how != XT_CSV_PLAIN && cell->n > 0 && cell->s[0] == '\'' && xt_formula_like(*cell, &apostrophes)) {
            cell->s++;
            cell->n--;
        }
        if (how != XT_CSV_DOUBLED && clean)
            continue;
        if (!reserved)
            reserve_mended(csv, row.n);
        reserved = true;
        mend_cell(csv, cell, i + 1, how == XT_CSV_DOUBLED, clean);
    }
}

/* The next whole row in the window, read on as far as needed. *out_n 0 at the end of the file. */
static enum xt_code whole_row(struct csv *csv, size_t *out_n, bool *out_long, struct xt_error *err)
{
    struct xt_window *w = &csv->window;

    *out_long = false;
    for (;;) {
        if (csv->at < w->n &&
            xt_csv_split(&csv->split, w->s + csv->at, w->n - csv->at, csv->options.delimiter, w->ended, out_n))
            return XT_OK;
        if (w->ended) {
            *out_n = 0;
            return XT_OK;
        }
        if ((int64_t)(w->n - csv->at) > csv->options.limits->line_bytes) {
            *out_long = true;
            return XT_OK;
        }
        enum xt_code rc = xt_window_fill(w, csv->at, err);

        csv->at = 0;
        if (rc != XT_OK)
            return rc;
    }
}

/* Drops the window up to the next line break and reads on until there is one. */
static enum xt_code skip_line(struct csv *csv, struct xt_error *err)
{
    struct xt_window *w = &csv->window;

    for (;;) {
        for (; csv->at < w->n; csv->at++) {
            char c = w->s[csv->at];

            if (c == '\n' || (c == '\r' && csv->at + 1 < w->n && w->s[csv->at + 1] != '\n')) {
                csv->at++;
                csv->line++;
                return XT_OK;
            }
            if (c == '\r' && csv->at + 1 == w->n)
                break;
        }
        if (w->ended) {
            csv->at = w->n;
            return XT_OK;
        }
        enum xt_code rc = xt_window_fill(w, csv->at, err);

        csv->at = 0;
        if (rc != XT_OK)
            return rc;
    }
}

static enum xt_code refuse_long(struct csv *csv, struct xt_raw_row *row, struct xt_error *err)
{
    const struct xt_window *w = &csv->window;
    int64_t line = csv->line;
    bool quoted = memchr(w->s + csv->at, '"', w->n - csv->at) != NULL;
    enum xt_code rc = skip_line(csv, err);

    if (rc != XT_OK)
        return rc;
    row->bytes_done = csv->window.source->done;
    if (quoted)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_QUOTE, XT_INT(line));
    return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_LONG, XT_INT(csv->options.limits->line_bytes));
}

static enum xt_code csv_next(struct xt_reader *reader, struct xt_raw_row *row, bool *out_more, struct xt_error *err)
{
    struct csv *csv = (struct csv *)reader;
    const struct xt_table_limits *limits = csv->options.limits;
    size_t n;
    bool too_long;
    enum xt_code rc = whole_row(csv, &n, &too_long, err);

    if (rc != XT_OK)
        return rc;
    *row = (struct xt_raw_row){.number = csv->line, .cells = csv->split.cells};
    *out_more = n > 0 || too_long;
    if (too_long)
        return refuse_long(csv, row, err);
    if (n == 0)
        return XT_OK;
    const char *s = csv->window.s + csv->at;

    csv->at += n;
    csv->line += csv->split.lines;
    row->bytes_done = csv->window.source->done;
    row->raw = (struct xt_str){s, n};
    while (row->raw.n > 0 && (s[row->raw.n - 1] == '\n' || s[row->raw.n - 1] == '\r'))
        row->raw.n--;
    if ((int64_t)n > limits->line_bytes)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_LONG, XT_INT(limits->line_bytes));
    if (csv->split.not_closed)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_QUOTE, XT_INT(row->number));
    if ((int64_t)csv->split.longest > limits->cell_bytes)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_CELL_LONG, XT_INT(limits->cell_bytes), XT_INT(csv->split.longest));
    finish_cells(csv, (struct xt_str){s, n});
    row->bad = csv->row_bad;
    row->bad_places = csv->places;
    row->bad_count = csv->place_count;
    row->count = csv->split.count < csv->split.capacity ? csv->split.count : csv->split.capacity;
    if (csv->split.count > csv->split.capacity)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_COLUMNS, XT_INT(limits->columns), XT_INT(csv->split.count));
    return XT_OK;
}

static const struct xt_reader_ops CSV_OPS = {csv_next, csv_bad, csv_close};

enum xt_code xt_csv_open(struct xt_source **source, const struct xt_csv_options *options, struct xt_reader **out,
                         struct xt_error *err)
{
    struct csv *csv = xt_calloc(1, sizeof *csv);
    size_t columns = (size_t)options->limits->columns;
    enum xt_code rc;

    csv->base.ops = &CSV_OPS;
    csv->options = *options;
    csv->line = 1;
    csv->split.capacity = columns;
    csv->split.cells = xt_calloc(columns, sizeof *csv->split.cells);
    csv->split.quoted = xt_calloc(columns, 1);
    xt_text_init(&csv->mended, 4 * ((size_t)options->limits->line_bytes + XT_MIB));
    rc = xt_window_open(&csv->window, source, options->charset, options->bom, err);
    if (rc != XT_OK) {
        csv_close(&csv->base);
        return rc;
    }
    *out = &csv->base;
    return XT_OK;
}
