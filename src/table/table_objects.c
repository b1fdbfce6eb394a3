/* table_objects.c - the formats whose records are objects, how they are recognised, and what their readers share. */
#include "table/table_objects.h"

#include <string.h>

#include "base/mem.h"

#define SURE 80 /* below that a text is read as CSV */

static const struct xt_objects_format FORMATS[] = {
    {"wos", xt_wos_look, xt_tagged_open, &xt_tagged_wos},
    {"ris", xt_ris_look, xt_tagged_open, &xt_tagged_ris},
    {"nbib", xt_nbib_look, xt_tagged_open, &xt_tagged_nbib},
    {"refworks", xt_refworks_look, xt_tagged_open, &xt_tagged_refworks},
    {"noteexpress", xt_noteexpress_look, xt_tagged_open, &xt_tagged_noteexpress},
    {"e-study", xt_estudy_look, xt_tagged_open, &xt_tagged_estudy},
    {"endnote", xt_endnote_look, xt_tagged_open, &xt_tagged_endnote},
    {"greenbook", xt_greenbook_look, xt_tagged_open, &xt_tagged_greenbook},
    {"bibtex", xt_bibtex_look, xt_bibtex_open, NULL},
    {"sql", xt_sql_copy_look, xt_sql_copy_open, NULL},
    {"citations", xt_citations_look, xt_citations_open, NULL},
    {"xml", xt_xml_records_look, xt_xml_records_open, NULL},
    {"text", NULL, xt_text_document_open, NULL},
    {"front-matter", NULL, xt_front_matter_open, NULL},
};

const struct xt_objects_format *xt_objects_format_named(const char *name)
{
    size_t i;

    for (i = 0; i < XT_COUNT(FORMATS); i++)
        if (strcmp(FORMATS[i].name, name) == 0)
            return &FORMATS[i];
    return NULL;
}

enum xt_code xt_objects_no_format(const char *name, struct xt_error *err)
{
    struct xt_text names;
    enum xt_code rc;
    size_t i;

    xt_text_init(&names, 4 * XT_KIB);
    for (i = 0; i < XT_COUNT(FORMATS); i++)
        xt_text_addf(&names, "%s%s", i > 0 ? ", " : "", FORMATS[i].name);
    rc = xt_fail(err, XT_E_INPUT, "as", XT_MSG_TABLE_AS, XT_TEXT(name), XT_TEXT(names.s));
    xt_text_done(&names);
    return rc;
}

const struct xt_objects_format *xt_objects_format_of(struct xt_str text, int *out_certainty)
{
    size_t i;

    for (i = 0; i < XT_COUNT(FORMATS); i++) {
        int certainty = FORMATS[i].look ? FORMATS[i].look(text) : 0;

        if (certainty >= SURE) {
            *out_certainty = certainty;
            return &FORMATS[i];
        }
    }
    return NULL;
}

/* ---- lines ---- */

enum xt_code xt_lines_open(struct xt_lines *lines, struct xt_source **source, enum xt_charset charset, size_t bom,
                           size_t max, struct xt_error *err)
{
    *lines = (struct xt_lines){.max = max};
    xt_text_init(&lines->mended, 4 * (max + XT_MIB));
    return xt_window_open(&lines->window, source, charset, bom, err);
}

void xt_lines_done(struct xt_lines *lines)
{
    xt_window_done(&lines->window);
    if (lines->mended.s)
        xt_text_done(&lines->mended);
}

/* Drops what is left of a line above the cap, and its break. */
static enum xt_code drop_rest(struct xt_lines *lines, struct xt_error *err)
{
    struct xt_window *w = &lines->window;

    for (;;) {
        const char *end = memchr(w->s + lines->at, '\n', w->n - lines->at);

        if (end) {
            lines->at = (size_t)(end - w->s) + 1;
            return XT_OK;
        }
        lines->at = 0;
        if (w->ended) {
            lines->at = w->n;
            return XT_OK;
        }
        enum xt_code rc = xt_window_fill(w, w->n, err);

        if (rc != XT_OK)
            return rc;
    }
}

static struct xt_str mend(struct xt_lines *lines, struct xt_str line)
{
    if (line.n > 0 && line.s[line.n - 1] == '\r')
        line.n--;
    if (xt_ascii_clean(line.s, line.n) || xt_utf8_valid(line.s, line.n))
        return line;
    xt_text_clear(&lines->mended);
    lines->bad += xt_utf8_mend(line.s, line.n, &lines->mended);
    return xt_text_view(&lines->mended);
}

enum xt_code xt_lines_next(struct xt_lines *lines, struct xt_str *out, bool *out_more, struct xt_error *err)
{
    struct xt_window *w = &lines->window;
    size_t looked = 0;

    lines->cut = false;
    for (;;) {
        size_t left = w->n - lines->at;
        const char *from = w->n > 0 ? w->s + lines->at : "";
        const char *end = left > looked ? memchr(from + looked, '\n', left - looked) : NULL;
        size_t n = end ? (size_t)(end - from) : left;

        if (n > lines->max) {
            size_t kept = xt_utf8_clip(from, n, lines->max);

            lines->cut = true;
            lines->number++;
            *out_more = true;
            /* What is kept must outlive the dropping, which reads on. */
            xt_text_clear(&lines->mended);
            lines->bad += xt_utf8_mend(from, kept, &lines->mended);
            *out = xt_text_view(&lines->mended);
            return drop_rest(lines, err);
        }
        if (end || (w->ended && n > 0)) {
            lines->at += n + (end ? 1 : 0);
            lines->number++;
            *out = mend(lines, (struct xt_str){from, n});
            *out_more = true;
            return XT_OK;
        }
        *out_more = false;
        if (w->ended)
            return XT_OK;
        looked = n;
        enum xt_code rc = xt_window_fill(w, lines->at, err);

        lines->at = 0;
        if (rc != XT_OK)
            return rc;
    }
}

int64_t xt_lines_bad(const struct xt_lines *lines)
{
    return lines->bad + xt_window_bad(&lines->window);
}

int64_t xt_lines_done_bytes(const struct xt_lines *lines)
{
    return lines->window.source ? lines->window.source->done : 0;
}

struct xt_str xt_line_of(struct xt_str *text)
{
    const char *end = text->n > 0 ? memchr(text->s, '\n', text->n) : NULL;
    struct xt_str line = {text->s, end ? (size_t)(end - text->s) : text->n};
    size_t took = line.n + (end ? 1 : 0);

    text->s += took;
    text->n -= took;
    if (line.n > 0 && line.s[line.n - 1] == '\r')
        line.n--;
    return line;
}

/* ---- text ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Characters that are written without blanks between them. */
static bool is_wide(uint32_t c)
{
    return (c >= 0x2E80 && c < 0xAC00) || (c >= 0xF900 && c < 0xFB00) || (c >= 0xFE30 && c < 0xFE50) ||
           (c >= 0xFF00 && c < 0xFFF0) || c >= 0x20000;
}

void xt_tidy_add(struct xt_text *out, struct xt_str text)
{
    uint32_t before = 0, c;
    size_t i = 0, from;

    text = xt_str_trim(text);
    while (i < text.n) {
        bool broken = false;

        for (from = i; i < text.n && is_blank(text.s[i]); i++)
            broken |= text.s[i] == '\n' || text.s[i] == '\r';
        if (i == text.n)
            return;
        bool gap = i > from;
        size_t n = xt_utf8_decode(text.s + i, text.n - i, &c);

        if (gap && !(broken && is_wide(before) && is_wide(c)))
            xt_text_add_char(out, ' ');
        xt_text_add(out, text.s + i, n);
        before = c;
        i += n;
    }
}

json_t *xt_json_text(struct xt_str text)
{
    json_t *value = json_stringn(text.n > 0 ? text.s : "", text.n);

    if (!value) {
        struct xt_text mended;

        xt_text_init(&mended, 4 * text.n + 16);
        (void)xt_utf8_mend(text.s, text.n, &mended); /* counted where the text came in */
        value = json_stringn(mended.s, mended.n);
        xt_text_done(&mended);
    }
    return value;
}

void xt_object_add(json_t *object, struct xt_str name, json_t *value)
{
    XT_AUTO(xt_free_ptr) char *key = xt_strndup(name.s, name.n);
    json_t *there = json_object_get(object, key);

    if (!there) {
        json_object_set_new(object, key, value);
    } else if (json_is_array(there)) {
        json_array_append_new(there, value);
    } else {
        json_t *list = json_array();

        json_array_append(list, there);
        json_array_append_new(list, value);
        json_object_set_new(object, key, list);
    }
}
