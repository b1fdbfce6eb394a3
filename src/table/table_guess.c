/* table_guess.c - the delimiter of a CSV file, and which row of a table is its head. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "table/table_priv.h"

/* ---- delimiter ---- */

#define DELIMITER_ROWS  60
#define DELIMITER_CELLS 512

struct evenness {
    int64_t rows;     /* with more than one cell's worth of text */
    int64_t agreeing; /* that have the commonest count of cells */
    int64_t cells;    /* the commonest count */
};

static struct evenness split_with(const char *s, size_t n, char delimiter, bool ended)
{
    struct xt_str cells[DELIMITER_CELLS];
    uint8_t quoted[DELIMITER_CELLS];
    struct xt_csv_split split = {.cells = cells, .quoted = quoted, .capacity = DELIMITER_CELLS};
    int64_t counts[DELIMITER_ROWS];
    struct evenness even = {0, 0, 0};
    size_t at = 0, took, i, k;
    size_t rows = 0;

    while (rows < DELIMITER_ROWS && at < n && xt_csv_split(&split, s + at, n - at, delimiter, ended, &took)) {
        at += took;
        if (split.longest > 0 && !split.not_closed)
            counts[rows++] = (int64_t)split.count;
    }
    for (i = 0; i < rows; i++) {
        int64_t same = 0;

        for (k = 0; k < rows; k++)
            same += counts[k] == counts[i];
        if (same > even.agreeing || (same == even.agreeing && counts[i] > even.cells)) {
            even.agreeing = same;
            even.cells = counts[i];
        }
    }
    even.rows = (int64_t)rows;
    return even;
}

char xt_guess_delimiter(struct xt_str sample, bool ended, bool tab_first)
{
    const char *order = tab_first ? "\t,;|" : ",\t;|";
    char best = order[0];
    double best_score = 0;
    char *s = xt_calloc(1, sample.n + XT_WINDOW_SLACK);
    size_t i;

    if (sample.n > 0)
        memcpy(s, sample.s, sample.n);
    for (i = 0; order[i]; i++) {
        struct evenness even = split_with(s, sample.n, order[i], ended);
        double score;

        if (even.cells < 2 || even.rows == 0)
            continue;
        /* How even counts most; among even ones more cells are better, but a doubling is worth a tenth only: a file of two
         * columns by ";" may well hold a comma in every row. */
        score = (double)even.agreeing / (double)even.rows;
        score = score * score + 0.02 * (even.cells > 20 ? 20.0 : (double)even.cells);
        if (score > best_score + 1e-9) {
            best_score = score;
            best = order[i];
        }
    }
    free(s);
    return best;
}

/* ---- head ---- */

static bool cell_blank(struct xt_str cell)
{
    return xt_str_trim(cell).n == 0;
}

static size_t filled_of(const struct xt_sample_row *row, size_t *out_extent)
{
    size_t filled = 0, i;

    *out_extent = 0;
    for (i = 0; i < row->count; i++)
        if (!cell_blank(row->cells[i])) {
            filled++;
            *out_extent = i + 1;
        }
    return filled;
}

/* Numbers, dates and the like: what stands below a head, not in it. A year alone may stand in a head. */
static bool looks_data(struct xt_str cell)
{
    size_t i, digits = 0, other = 0;

    cell = xt_str_trim(cell);
    for (i = 0; i < cell.n; i++) {
        unsigned char c = (unsigned char)cell.s[i];

        if (isdigit(c))
            digits++;
        else if (!strchr(".,-+/:% eE", c))
            other++;
    }
    if (digits == 4 && cell.n == 4 && (cell.s[0] == '1' || cell.s[0] == '2'))
        return false;
    return digits > 0 && other == 0;
}

static bool is_unit_line(const struct xt_sample_row *row)
{
    static const char *const words[] = {"单位：", "单位:", "计量单位", "(单位", "（单位",
                                        "Unit:",  "unit:", "注：",     "注:"};
    size_t i, k;

    for (i = 0; i < row->count; i++)
        for (k = 0; k < XT_COUNT(words); k++)
            if (xt_str_starts(xt_str_trim(row->cells[i]), words[k]))
                return true;
    return false;
}

static bool same_head(struct xt_str cell, const char *known)
{
    struct xt_str a = xt_str_trim(cell), b = xt_str_trim(xt_str(known));
    size_t i;

    if (a.n != b.n || a.n == 0)
        return false;
    for (i = 0; i < a.n; i++)
        if (tolower((unsigned char)a.s[i]) != tolower((unsigned char)b.s[i]))
            return false;
    return true;
}

static size_t known_of(const struct xt_sample_row *row, const char *const *known_heads)
{
    size_t known = 0, i, k;

    for (i = 0; known_heads && i < row->count; i++)
        for (k = 0; known_heads[k]; k++)
            if (same_head(row->cells[i], known_heads[k])) {
                known++;
                break;
            }
    return known;
}

/* The width of the table: what half of the rows with two cells or more reach. */
static size_t usual_extent(const struct xt_sample_row *rows, size_t count)
{
    size_t histogram[64] = {0};
    size_t i, extent, wide = 0, sum = 0;

    for (i = 0; i < count; i++)
        if (rows[i].code == XT_OK && filled_of(&rows[i], &extent) >= 2) {
            histogram[extent < 64 ? extent : 63]++;
            wide++;
        }
    if (wide == 0)
        return 1;
    for (i = 63; i > 0; i--) {
        sum += histogram[i];
        if (2 * sum >= wide)
            return i;
    }
    return 1;
}

struct head_look {
    size_t filled, extent;
    size_t data; /* cells that look like data */
    size_t repeated;
    size_t known;
};

static struct head_look look_at(const struct xt_sample_row *row, const char *const *known_heads)
{
    struct head_look look = {0};
    size_t i, k;

    look.filled = filled_of(row, &look.extent);
    look.known = known_of(row, known_heads);
    for (i = 0; i < row->count; i++) {
        if (cell_blank(row->cells[i]))
            continue;
        look.data += looks_data(row->cells[i]);
        for (k = 0; k < i && k < 64; k++)
            if (xt_str_eq(row->cells[i], row->cells[k])) {
                look.repeated++;
                break;
            }
    }
    return look;
}

/* Known names decide where they are there: the row with most of them, the first of equals. */
static bool head_by_names(const struct xt_sample_row *rows, size_t count, const char *const *known_heads, size_t *out,
                          int *out_certainty)
{
    size_t best = 0, i, extent;

    for (i = 0; i < count; i++) {
        size_t known = rows[i].code == XT_OK ? known_of(&rows[i], known_heads) : 0;

        if (known > best) {
            best = known;
            *out = i;
        }
    }
    if (best == 0)
        return false;
    size_t filled = filled_of(&rows[*out], &extent);

    if (best < 2 && filled > 2)
        return false;
    *out_certainty = 2 * best >= filled ? 100 : 90;
    return true;
}

/* A head over two rows: each leaves blank what the other fills, neither looks like data, and together they are wide. */
static bool is_split_head(const struct xt_sample_row *upper, const struct xt_sample_row *lower, size_t extent)
{
    struct head_look a = look_at(upper, NULL), b = look_at(lower, NULL);
    size_t both = 0, either = 0, i;

    if (upper->code != XT_OK || lower->code != XT_OK || a.filled < 2 || b.filled == 0 || a.data > 0 || b.data > 0)
        return false;
    for (i = 0; i < extent; i++) {
        bool up = i < upper->count && !cell_blank(upper->cells[i]);
        bool low = i < lower->count && !cell_blank(lower->cells[i]);

        both += up && low;
        either += up || low;
    }
    return both <= 1 && 4 * either > 3 * extent;
}

/* A cell that stands again and again below itself is a value, and the table has no head. */
static bool repeats_below(const struct xt_sample_row *rows, size_t count, size_t head)
{
    size_t i, k;

    for (i = 0; i < rows[head].count; i++) {
        size_t same = 0, below = 0;

        if (cell_blank(rows[head].cells[i]))
            continue;
        for (k = head + 1; k < count; k++) {
            below += rows[k].code == XT_OK;
            same += rows[k].code == XT_OK && i < rows[k].count && xt_str_eq(rows[k].cells[i], rows[head].cells[i]);
        }
        if (below >= 3 && 2 * same >= below)
            return true;
    }
    return false;
}

/* A head that leaves its first columns without names ("", "", "funds", "staff") over rows that fill them all. */
static bool is_short_head(const struct xt_sample_row *row, const struct xt_sample_row *below, size_t extent)
{
    struct head_look a = look_at(row, NULL), b = look_at(below, NULL);

    return below->code == XT_OK && a.filled >= 2 && a.extent == extent && a.data == 0 && a.repeated == 0 &&
           b.filled == extent && b.data > 0;
}

size_t xt_guess_head(const struct xt_sample_row *rows, size_t count, const char *const *known_heads, int *out_certainty)
{
    size_t extent = usual_extent(rows, count);
    size_t i, named = 0;

    if (head_by_names(rows, count, known_heads, &named, out_certainty))
        return named;
    for (i = 0; i < count; i++) {
        if (rows[i].code != XT_OK)
            continue;
        struct head_look look = look_at(&rows[i], known_heads);

        if (extent > 2 && i + 1 < count && is_split_head(&rows[i], &rows[i + 1], extent)) {
            *out_certainty = 75;
            return i + 1;
        }
        if (2 * look.filled <= extent && i + 1 < count && is_short_head(&rows[i], &rows[i + 1], extent)) {
            *out_certainty = 60;
            return i;
        }
        /* A title or a unit line fills a cell or two of a wider table. */
        if (look.filled == 0 || (extent > 1 && 2 * look.filled <= extent) ||
            (look.filled <= 2 && is_unit_line(&rows[i])))
            continue;
        if (2 * look.data > look.filled || repeats_below(rows, count, i))
            break;
        *out_certainty = 95;
        if (look.data > 0 || look.repeated > 0)
            *out_certainty -= 25;
        if (look.extent < extent)
            *out_certainty -= 10;
        if (i > 0)
            *out_certainty -= 10;
        return i;
    }
    /* Nothing looks like a head: the first row with content, and the person is told how unsure that is. */
    *out_certainty = 20;
    for (i = 0; i < count; i++)
        if (rows[i].code == XT_OK && filled_of(&rows[i], &extent) > 0)
            return i;
    return 0;
}

size_t xt_guess_columns(const struct xt_sample_row *rows, size_t count, size_t head)
{
    size_t extent, columns, below = 0, i;

    (void)filled_of(&rows[head], &columns);
    for (i = head + 1; i < count; i++)
        below += rows[i].code == XT_OK && filled_of(&rows[i], &extent) > 0;
    /* One row too wide is a fault of that row; if most are, it is the head that is short. */
    for (;;) {
        size_t beyond = 0, next = SIZE_MAX;

        for (i = head + 1; i < count; i++)
            if (rows[i].code == XT_OK && filled_of(&rows[i], &extent) > 0 && extent > columns) {
                beyond++;
                if (extent < next)
                    next = extent;
            }
        if (2 * beyond <= below)
            return columns > 0 ? columns : 1;
        columns = next;
    }
}
