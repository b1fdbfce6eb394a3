/*
 * table_xlsx_quick.c - rows of a sheet and shared strings in the one form that spreadsheet programs write them.
 *
 * A tenth of libxml2's work, because nothing is looked up: known elements in their usual order, attributes in double
 * quotes, names from short lists (each once, as XML asks), text in UTF-8 with the five named entities. Whatever differs -
 * rich text, comments, CDATA, numeric entities, carriage returns, control characters, ill-formed UTF-8, faults of a
 * row - is called odd and left to libxml2, which reads it or refuses the part. So nothing may be taken here that an XML
 * parser would refuse, or read in another way; fuzz_xlsx.c compares the two.
 */
#include <string.h>

#include "base/number.h"
#include "table/table_xlsx_priv.h"

/* ---- what a form is made of ---- */

struct cursor {
    const char *s, *end; /* zero bytes behind the end: no literal and no text runs over it */
    enum xt_quick fault; /* why reading stopped */
};

/* Not as it should be. Near the end of what there is, the rest of it may only be cut. */
static bool odd(struct cursor *c)
{
    c->fault = c->end - c->s < XT_WINDOW_SLACK ? XT_QUICK_MORE : XT_QUICK_ODD;
    return false;
}

static bool see(struct cursor *c, const char *literal, size_t n)
{
    if (memcmp(c->s, literal, n) != 0)
        return false;
    c->s += n;
    return true;
}
#define SEE(c, literal) see((c), (literal), sizeof(literal) - 1)

/* Why reading stopped; a literal that did not stand there says nothing by itself. */
static enum xt_quick why(struct cursor *c)
{
    if (c->fault == XT_QUICK_TAKEN)
        (void)odd(c); /* false, as known */
    return c->fault;
}

static void skip_space(struct cursor *c)
{
    while (*c->s == ' ' || *c->s == '\n' || *c->s == '\t')
        c->s++;
}

/* What a byte of text is. */
enum { PLAIN, ENDS, AMPERSAND, STRANGE, HIGH };
static const uint8_t CLASS[256] = {
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    PLAIN,
    PLAIN,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    STRANGE,
    ['&'] = AMPERSAND,
    ['<'] = ENDS,
    ['>'] = STRANGE, /* "]]>" */
    [0x80] = HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
    HIGH,
};

/* U+FFFE and U+FFFF are no characters of XML; all that begins like them is left to the parser. */
static bool sound(struct xt_str s)
{
    return xt_utf8_valid(s.s, s.n) && !memmem(s.s, s.n, "\xEF\xBF", 2);
}

/* Text up to the next tag. */
static bool text_of(struct cursor *c, struct xt_str *out, bool *out_entities)
{
    const char *s = c->s;
    bool high = false;

    *out_entities = false;
    for (;; s++) {
        uint8_t class = CLASS[(unsigned char)*s];

        if (class == PLAIN)
            continue;
        if (class == HIGH)
            high = true;
        else if (class == AMPERSAND)
            *out_entities = true;
        else
            break;
    }
    *out = (struct xt_str){c->s, (size_t)(s - c->s)};
    if (*s != '<' || (high && !sound(*out))) {
        c->fault = s >= c->end ? XT_QUICK_MORE : XT_QUICK_ODD;
        return false;
    }
    c->s = s;
    return true;
}

/* Adds text with its entities resolved. */
static bool add_resolved(struct cursor *c, struct xt_str s, struct xt_text *out)
{
    static const struct {
        const char *name;
        char c;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

    while (s.n > 0) {
        const char *amp = memchr(s.s, '&', s.n);
        size_t before = amp ? (size_t)(amp - s.s) : s.n, i;

        xt_text_add(out, s.s, before);
        s.s += before;
        s.n -= before;
        if (!amp)
            break;
        for (i = 0; i < XT_COUNT(entities) && !xt_str_starts(s, entities[i].name);)
            i++;
        if (i == XT_COUNT(entities)) {
            c->fault = XT_QUICK_ODD;
            return false;
        }
        xt_text_add_char(out, entities[i].c);
        s.s += strlen(entities[i].name);
        s.n -= strlen(entities[i].name);
    }
    return true;
}

/* The attributes an element may have; which of them were seen are bits of a mask. */
struct names {
    const char *const *list;
    size_t count;
};

/* name="value" from the list, once. *out_which is its place in it. */
static bool attribute(struct cursor *c, const struct names *names, uint32_t *mask, size_t *out_which,
                      struct xt_str *out_value)
{
    const char *name = c->s;
    size_t n, i;

    while ((*c->s >= 'a' && *c->s <= 'z') || (*c->s >= 'A' && *c->s <= 'Z') || (*c->s >= '0' && *c->s <= '9') ||
           *c->s == ':')
        c->s++;
    n = (size_t)(c->s - name);
    for (i = 0; i < names->count; i++)
        if (strncmp(names->list[i], name, n) == 0 && names->list[i][n] == '\0')
            break;
    if (i == names->count || *mask & 1U << i || !SEE(c, "=\""))
        return odd(c);
    *mask |= 1U << i;
    *out_which = i;
    out_value->s = c->s;
    while (*c->s >= ' ' && *c->s <= '~' && *c->s != '"' && *c->s != '<' && *c->s != '&')
        c->s++;
    out_value->n = (size_t)(c->s - out_value->s);
    return SEE(c, "\"") || odd(c);
}

/* ---- cells ---- */

static const char *const CELL_NAMES[] = {"r", "s", "t", "cm", "vm", "ph"};
static const char *const ROW_NAMES[] = {
    "r",        "spans",    "s",  "customFormat",   "ht", "hidden", "customHeight", "outlineLevel", "collapsed",
    "thickTop", "thickBot", "ph", "x14ac:dyDescent"};
static const char *const FORMULA_NAMES[] = {"t",   "ref",  "si",   "ca", "aca", "dt2D",
                                            "dtr", "del1", "del2", "r1", "r2",  "bx"};
static const struct names CELL = {CELL_NAMES, XT_COUNT(CELL_NAMES)};
static const struct names ROW = {ROW_NAMES, XT_COUNT(ROW_NAMES)};
static const struct names FORMULA = {FORMULA_NAMES, XT_COUNT(FORMULA_NAMES)};

/* Behind an element's name: its attributes, to the ">" or "/>". each() is told of them, may be NULL. */
static bool attributes(struct cursor *c, const struct names *names,
                       void (*each)(void *user, size_t which, struct xt_str value), void *user, bool *out_closed)
{
    uint32_t mask = 0;

    for (;;) {
        struct xt_str value;
        size_t which;

        if (*c->s == '>') {
            c->s++;
            *out_closed = false;
            return true;
        }
        if (*c->s == '/') {
            *out_closed = true;
            return SEE(c, "/>") || odd(c);
        }
        if (*c->s != ' ')
            return odd(c);
        c->s++;
        if (!attribute(c, names, &mask, &which, &value))
            return false;
        if (each)
            each(user, which, value);
    }
}

static bool formula(struct cursor *c)
{
    struct xt_str text;
    bool closed, entities;

    if (!attributes(c, &FORMULA, NULL, NULL, &closed))
        return false;
    if (closed)
        return true;
    if (!text_of(c, &text, &entities))
        return false;
    if (entities) { /* what it says is of no use, but it must be well-formed */
        struct xt_text waste;
        bool fine;

        xt_text_init(&waste, text.n + 1);
        fine = add_resolved(c, text, &waste);
        xt_text_done(&waste);
        if (!fine)
            return false;
    }
    return SEE(c, "</f>") || odd(c);
}

/* The value of a cell, behind its start tag and up to its end tag. */
static bool content(struct cursor *c, enum xt_xlsx_type type, struct xt_str *out, bool *out_entities)
{
    *out = XT_STR("");
    *out_entities = false;
    if (type == XT_XLSX_INLINE) {
        if (SEE(c, "<is><t>") || SEE(c, "<is><t xml:space=\"preserve\">")) {
            if (!text_of(c, out, out_entities))
                return false;
            if (!SEE(c, "</t></is>"))
                return odd(c);
        }
        return SEE(c, "</c>") || odd(c);
    }
    if (c->s[0] == '<' && c->s[1] == 'f') {
        c->s += 2;
        if (!formula(c))
            return false;
    }
    if (SEE(c, "<v>")) {
        if (!text_of(c, out, out_entities))
            return false;
        if (!SEE(c, "</v>"))
            return odd(c);
    }
    return SEE(c, "</c>") || odd(c);
}

struct cell_look {
    struct xt_str reference, style, type;
};

static void cell_attribute(void *user, size_t which, struct xt_str value)
{
    struct cell_look *look = user;

    if (which == 0)
        look->reference = value;
    else if (which == 1)
        look->style = value;
    else if (which == 2)
        look->type = value;
}

/* Keeps a cell. False where table_xlsx_sheet.c would refuse the row. */
static bool keep(const struct xt_workbook *workbook, struct xt_xlsx_row *row, const struct xt_xlsx_place *place,
                 const char *view, size_t at, size_t n)
{
    if (n > 0 && ((int64_t)n > workbook->limits->cell_bytes || place->column >= workbook->limits->columns))
        return false;
    if (n > 0)
        xt_xlsx_keep(row, place->column, view, at, n);
    return true;
}

static bool take_value(struct cursor *c, const struct xt_workbook *workbook, struct xt_xlsx_row *row,
                       const struct xt_xlsx_place *place, struct xt_str value, bool entities)
{
    size_t at = row->text.n;
    struct xt_str shared;
    int64_t index;

    if (value.n == 0)
        return true;
    if (place->type == XT_XLSX_SHARED)
        return xt_int_parse(value, &index) && index >= 0 && xt_strings_get(workbook->strings, (size_t)index, &shared) &&
               keep(workbook, row, place, shared.s, 0, shared.n);
    if (!entities && xt_xlsx_stands(place, value))
        return keep(workbook, row, place, value.s, 0, value.n);
    if (!add_resolved(c, value, &row->text))
        return false;
    xt_xlsx_show(workbook, place, &row->text, at);
    return keep(workbook, row, place, NULL, at, row->text.n - at);
}

static bool cell(struct cursor *c, const struct xt_workbook *workbook, struct xt_xlsx_row *row, int64_t *column)
{
    struct cell_look look = {0};
    struct xt_xlsx_place place;
    struct xt_str value = {"", 0};
    bool closed, entities = false;

    if (!attributes(c, &CELL, cell_attribute, &look, &closed))
        return false;
    place = xt_xlsx_place_of(workbook, look.reference, look.type, look.style, *column);
    *column = place.column;
    if (!closed && !content(c, place.type, &value, &entities))
        return false;
    if (!take_value(c, workbook, row, &place, value, entities)) {
        c->fault = XT_QUICK_ODD;
        return false;
    }
    return true;
}

static void row_attribute(void *user, size_t which, struct xt_str value)
{
    if (which == 0)
        *(struct xt_str *)user = value;
}

enum xt_quick xt_xlsx_quick_row(const struct xt_workbook *workbook, const char *s, size_t n, struct xt_str *out_number,
                                struct xt_xlsx_row *row, size_t *out_took)
{
    struct cursor c = {.s = s, .end = s + n, .fault = XT_QUICK_TAKEN};
    int64_t column = -1;
    bool closed;

    *out_number = (struct xt_str){NULL, 0};
    if (!SEE(&c, "<row") || !attributes(&c, &ROW, row_attribute, out_number, &closed))
        return why(&c);
    while (!closed) {
        skip_space(&c);
        if (SEE(&c, "</row>"))
            break;
        if (!SEE(&c, "<c") || !cell(&c, workbook, row, &column))
            return why(&c);
    }
    *out_took = (size_t)(c.s - s);
    /* A row of about the cap's length may have to be refused. */
    if ((int64_t)(*out_took + row->text.n) > workbook->limits->line_bytes)
        return XT_QUICK_ODD;
    return XT_QUICK_TAKEN;
}

/* ---- shared strings ---- */

enum xt_quick xt_xlsx_quick_string(const char *s, size_t n, struct xt_text *out, size_t *out_took)
{
    struct cursor c = {.s = s, .end = s + n, .fault = XT_QUICK_TAKEN};
    struct xt_str text = {"", 0};
    bool entities = false;

    if (!SEE(&c, "<si><t>") && !SEE(&c, "<si><t xml:space=\"preserve\">")) {
        (void)odd(&c); /* sets the fault */
        return c.fault;
    }
    if (!text_of(&c, &text, &entities))
        return c.fault;
    if (!SEE(&c, "</t></si>")) {
        (void)odd(&c);
        return c.fault;
    }
    if (!entities)
        xt_text_add_str(out, text);
    else if (!add_resolved(&c, text, out))
        return c.fault;
    *out_took = (size_t)(c.s - s);
    return XT_QUICK_TAKEN;
}
