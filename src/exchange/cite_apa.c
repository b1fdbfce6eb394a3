/* cite_apa.c - the Publication Manual of the APA, 7th edition, as plain text. Numbers in comments are its sections. */
#include <string.h>

#include "exchange/cite_priv.h"

#define NAMES_SHOWN 20 /* 9.8: of more, the first nineteen and the last */

static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};

static bool is_chinese(const struct xt_cited *cited)
{
    return cite_has_han(cite_part(cited, XT_PART_TITLE));
}

static void add_name(const struct xt_cite_name *name, struct xt_text *out)
{
    struct name_parts parts;

    cite_name_parts(name, &parts);
    xt_text_add_str(out, parts.family);
    if (!parts.latin)
        return;
    xt_text_add_z(out, parts.given_count > 0 ? ", " : "");
    cite_initials(&parts, ".", " ", out);
    if (parts.suffix.n > 0) {
        xt_text_add_z(out, ", ");
        xt_text_add_str(out, parts.suffix);
    }
}

static void add_names(const struct xt_cited *cited, struct xt_text *out)
{
    bool many = cited->name_count > NAMES_SHOWN;
    size_t shown = many ? NAMES_SHOWN - 1 : cited->name_count, i;

    for (i = 0; i < shown; i++) {
        if (i > 0)
            xt_text_add_z(out, ", ");
        if (i > 0 && i + 1 == shown && !many)
            xt_text_add_z(out, "& ");
        add_name(&cited->names[i], out);
    }
    if (many) {
        xt_text_add_z(out, ", . . . ");
        add_name(&cited->names[cited->name_count - 1], out);
    }
}

/* A stop, unless there is one: "J." needs no other. */
static void stop(struct xt_text *out)
{
    if (out->n > 0 && out->s[out->n - 1] != '.' && out->s[out->n - 1] != '?' && out->s[out->n - 1] != '!')
        xt_text_add_char(out, '.');
    xt_text_add_char(out, ' ');
}

/* 9.14: the whole date of what appears by days, the year of all else, n.d. without one. */
static void add_date(const struct xt_cited *cited, struct xt_text *out)
{
    bool by_days = cited->form == XT_CITE_PAGE || cited->form == XT_CITE_NEWS || cited->form == XT_CITE_PREPRINT;

    if (cited->year == 0) {
        xt_text_add_z(out, "(n.d.). ");
        return;
    }
    xt_text_addf(out, "(%d", cited->year);
    if (by_days && cited->month > 0)
        xt_text_addf(out, ", %s", months[cited->month - 1]);
    if (by_days && cited->day > 0)
        xt_text_addf(out, " %d", cited->day);
    xt_text_add_z(out, "). ");
}

static struct xt_str maker_of(const struct xt_cited *cited)
{
    struct xt_str institution = cite_part(cited, XT_PART_INSTITUTION), publisher = cite_part(cited, XT_PART_PUBLISHER);

    return institution.n > 0 && cited->form != XT_CITE_BOOK && cited->form != XT_CITE_CHAPTER &&
                   cited->form != XT_CITE_CONFERENCE
               ? institution
               : publisher;
}

/* 9.22: what kind of work it is, behind the title. */
static void add_bracket(const struct xt_cited *cited, struct xt_text *out)
{
    bool zh = is_chinese(cited);
    struct xt_str maker = maker_of(cited), number = cite_part(cited, XT_PART_NUMBER);

    switch (cited->form) {
    case XT_CITE_DOCTORAL:
    case XT_CITE_MASTER:
        if (cited->form == XT_CITE_DOCTORAL)
            xt_text_add_z(out, zh ? " [博士学位论文" : " [Doctoral dissertation");
        else
            xt_text_add_z(out, zh ? " [硕士学位论文" : " [Master’s thesis");
        xt_text_add_z(out, maker.n > 0 ? ", " : "");
        xt_text_add_str(out, maker);
        xt_text_add_char(out, ']');
        break;
    case XT_CITE_DATASET:
        xt_text_add_z(out, zh ? " [数据集]" : " [Data set]");
        break;
    case XT_CITE_PATENT:
    case XT_CITE_STANDARD:
    case XT_CITE_REPORT:
        if (number.n == 0)
            break;
        xt_text_add_z(out, " (");
        if (cited->form == XT_CITE_PATENT)
            xt_text_add_z(out, zh ? "专利号 " : "Patent No. ");
        else if (cited->form == XT_CITE_REPORT)
            xt_text_add_z(out, zh ? "编号 " : "No. ");
        xt_text_add_str(out, number);
        xt_text_add_char(out, ')');
        break;
    case XT_CITE_PAGE:
    case XT_CITE_ARTICLE:
    case XT_CITE_CONFERENCE:
    case XT_CITE_BOOK:
    case XT_CITE_CHAPTER:
    case XT_CITE_NEWS:
    case XT_CITE_PREPRINT:
    case XT_CITE_FORMS:
        break;
    }
}

static void add_pages(const struct xt_cited *cited, struct xt_text *out)
{
    struct xt_str pages = cite_part(cited, XT_PART_PAGES), first, last;

    if (cite_pages(pages, &first, &last)) {
        xt_text_add_str(out, first);
        xt_text_add_z(out, "–");
        xt_text_add_str(out, last);
    } else {
        xt_text_add_str(out, pages);
    }
}

/* 9.23 to 9.33: the journal with volume, issue and pages; the book that it is a part of; who published it. */
static void add_source(const struct xt_cited *cited, struct xt_text *out)
{
    struct xt_str container = cite_part(cited, XT_PART_CONTAINER), volume = cite_part(cited, XT_PART_VOLUME);
    struct xt_str issue = cite_part(cited, XT_PART_ISSUE), maker = maker_of(cited);
    size_t before = out->n;

    if (cited->form == XT_CITE_ARTICLE || cited->form == XT_CITE_NEWS) {
        xt_text_add_str(out, container);
        if (volume.n > 0) {
            xt_text_add_z(out, ", ");
            xt_text_add_str(out, volume);
        }
        if (issue.n > 0)
            xt_text_addf(out, volume.n > 0 ? "(%.*s)" : ", (%.*s)", (int)issue.n, issue.s);
        if (cite_part(cited, XT_PART_PAGES).n > 0) {
            xt_text_add_z(out, ", ");
            add_pages(cited, out);
        }
    } else if ((cited->form == XT_CITE_CHAPTER || cited->form == XT_CITE_CONFERENCE) && container.n > 0) {
        xt_text_add_z(out, "In ");
        xt_text_add_str(out, container);
        if (cite_part(cited, XT_PART_PAGES).n > 0) {
            xt_text_add_z(out, " (pp. ");
            add_pages(cited, out);
            xt_text_add_char(out, ')');
        }
        if (maker.n > 0) {
            stop(out);
            xt_text_add_str(out, maker);
        }
    } else if (cited->form == XT_CITE_PAGE || cited->form == XT_CITE_PREPRINT || cited->form == XT_CITE_DATASET) {
        xt_text_add_str(out, container.n > 0  ? container
                             : maker.n > 0    ? maker
                             : cited->own_url ? XT_STR("")
                                              : cited->site);
    } else if (cited->form != XT_CITE_DOCTORAL && cited->form != XT_CITE_MASTER) {
        xt_text_add_str(out, maker);
    }
    if (out->n > before)
        stop(out);
}

/* 9.34: a DOI is an address; nothing follows an address, not even a stop. */
static void add_address(const struct xt_cited *cited, struct xt_text *out)
{
    if (cite_part(cited, XT_PART_DOI).n > 0) {
        xt_text_add_z(out, "https://doi.org/");
        xt_text_add_str(out, cite_part(cited, XT_PART_DOI));
    } else {
        xt_text_add_str(out, cited->url);
    }
}

void cite_apa(const struct xt_cited *cited, struct xt_text *out)
{
    bool named = cited->name_count > 0;

    if (named) {
        add_names(cited, out);
        stop(out);
        add_date(cited, out);
    }
    xt_text_add_str(out, cite_part(cited, XT_PART_TITLE));
    add_bracket(cited, out);
    stop(out);
    if (!named) /* 9.12: the title stands in the author's place */
        add_date(cited, out);
    add_source(cited, out);
    add_address(cited, out);
    while (out->n > 0 && out->s[out->n - 1] == ' ')
        xt_text_cut(out, out->n - 1);
    xt_text_add_char(out, '\n');
}
