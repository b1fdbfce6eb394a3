/* cite_files.c - entries for programs that manage references: BibTeX and RIS. */
#include <string.h>

#include "exchange/cite_priv.h"

/* BibTeX's own entry types where it has one, those of biblatex where it has not. */
static const struct {
    const char *bibtex, *container, *institution, *ris;
} kinds[XT_CITE_FORMS] = {
    [XT_CITE_PAGE] = {"online", "organization", "organization", "ELEC"},
    [XT_CITE_ARTICLE] = {"article", "journal", NULL, "JOUR"},
    [XT_CITE_CONFERENCE] = {"inproceedings", "booktitle", NULL, "CPAPER"},
    [XT_CITE_DOCTORAL] = {"phdthesis", "series", "school", "THES"},
    [XT_CITE_MASTER] = {"mastersthesis", "series", "school", "THES"},
    [XT_CITE_BOOK] = {"book", "series", NULL, "BOOK"},
    [XT_CITE_CHAPTER] = {"incollection", "booktitle", NULL, "CHAP"},
    [XT_CITE_REPORT] = {"techreport", "series", "institution", "RPRT"},
    [XT_CITE_NEWS] = {"article", "journal", NULL, "NEWS"},
    [XT_CITE_DATASET] = {"dataset", "series", "organization", "DATA"},
    [XT_CITE_PREPRINT] = {"unpublished", "journal", NULL, "UNPB"},
    [XT_CITE_PATENT] = {"patent", "series", NULL, "PAT"},
    [XT_CITE_STANDARD] = {"misc", "series", "organization", "STAND"},
};

/* ---- BibTeX ---- */

static void add_tex(struct xt_str s, struct xt_text *out)
{
    static const struct {
        char c;
        const char *with;
    } signs[] = {
        {'\\', "\\textbackslash{}"},
        {'{', "\\{"},
        {'}', "\\}"},
        {'$', "\\$"},
        {'&', "\\&"},
        {'#', "\\#"},
        {'_', "\\_"},
        {'%', "\\%"},
        {'~', "\\textasciitilde{}"},
        {'^', "\\textasciicircum{}"},
    };
    size_t i, k;

    for (i = 0; i < s.n; i++) {
        for (k = 0; k < XT_COUNT(signs) && signs[k].c != s.s[i]; k++)
            continue;
        if (k < XT_COUNT(signs))
            xt_text_add_z(out, signs[k].with);
        else
            xt_text_add_char(out, s.s[i]);
    }
}

static void bib_begin(const char *name, struct xt_text *out)
{
    xt_text_addf(out, ",\n  %s = {", name);
}

static void bib(const char *name, struct xt_str value, struct xt_text *out)
{
    if (!name || value.n == 0)
        return;
    bib_begin(name, out);
    add_tex(value, out);
    xt_text_add_char(out, '}');
}

/* An address is taken as it stands; what would end its braces is encoded. */
static void bib_url(struct xt_str url, struct xt_text *out)
{
    size_t i;

    if (url.n == 0)
        return;
    bib_begin("url", out);
    for (i = 0; i < url.n; i++) {
        if (strchr("{}\\", url.s[i]))
            xt_text_addf(out, "%%%02X", (unsigned char)url.s[i]);
        else
            xt_text_add_char(out, url.s[i]);
    }
    xt_text_add_char(out, '}');
}

static void bib_names(const struct xt_cited *cited, struct xt_text *out)
{
    size_t i, k;

    if (cited->name_count == 0)
        return;
    bib_begin("author", out);
    for (i = 0; i < cited->name_count; i++) {
        struct name_parts parts;

        cite_name_parts(&cited->names[i], &parts);
        xt_text_add_z(out, i > 0 ? " and " : "");
        /* Braces keep a name whole: that of an organisation, and one that has "and" or a comma in it. */
        if (!parts.latin && (!cited->names[i].person || xt_str_find(parts.family, XT_STR(" ")) != SIZE_MAX ||
                             memchr(parts.family.s, ',', parts.family.n))) {
            xt_text_add_char(out, '{');
            add_tex(parts.family, out);
            xt_text_add_char(out, '}');
            continue;
        }
        add_tex(parts.family, out);
        if (parts.suffix.n > 0) {
            xt_text_add_z(out, ", ");
            add_tex(parts.suffix, out);
        }
        for (k = 0; k < parts.given_count; k++) {
            xt_text_add_z(out, k == 0 ? ", " : " ");
            add_tex(parts.given[k], out);
        }
    }
    xt_text_add_char(out, '}');
}

static void bib_keywords(const struct xt_cited *cited, struct xt_text *out)
{
    size_t i;

    if (cited->keyword_count == 0)
        return;
    bib_begin("keywords", out);
    for (i = 0; i < cited->keyword_count; i++) {
        xt_text_add_z(out, i > 0 ? ", " : "");
        add_tex(cited->keywords[i], out);
    }
    xt_text_add_char(out, '}');
}

static void bib_pages(struct xt_str pages, struct xt_text *out)
{
    struct xt_str first, last;

    if (!cite_pages(pages, &first, &last)) {
        bib("pages", pages, out);
        return;
    }
    bib_begin("pages", out);
    add_tex(first, out);
    xt_text_add_z(out, "--");
    add_tex(last, out);
    xt_text_add_char(out, '}');
}

/* "paper/01J…" as a label: the stroke would do, but not everywhere. */
static void bib_label(const char *key, struct xt_text *out)
{
    for (; *key; key++)
        xt_text_add_char(out, *key == '/' ? ':' : *key);
}

void cite_bibtex(const struct xt_cited *cited, struct xt_text *out)
{
    const char *issue = cite_part(cited, XT_PART_ISSUE).n > 0 ? "number" : NULL;

    xt_text_addf(out, "@%s{", kinds[cited->form].bibtex);
    bib_label(cited->key, out);
    bib_names(cited, out);
    bib("title", cite_part(cited, XT_PART_TITLE), out);
    bib(kinds[cited->form].container, cite_part(cited, XT_PART_CONTAINER), out);
    if (cited->year > 0)
        bib("year", (struct xt_str){cite_part(cited, XT_PART_DATE).s, 4}, out);
    if (cited->month > 0)
        bib("date", cite_part(cited, XT_PART_DATE), out);
    bib("volume", cite_part(cited, XT_PART_VOLUME), out);
    bib(issue, cite_part(cited, XT_PART_ISSUE), out);
    bib(issue ? "note" : "number", cite_part(cited, XT_PART_NUMBER), out);
    bib_pages(cite_part(cited, XT_PART_PAGES), out);
    bib("publisher", cite_part(cited, XT_PART_PUBLISHER), out);
    bib(kinds[cited->form].institution, cite_part(cited, XT_PART_INSTITUTION), out);
    bib("address", cite_part(cited, XT_PART_PLACE), out);
    bib("doi", cite_part(cited, XT_PART_DOI), out);
    bib("isbn", cite_part(cited, XT_PART_ISBN), out);
    bib("issn", cite_part(cited, XT_PART_ISSN), out);
    bib_url(cited->url, out);
    if (cited->url.n > 0)
        bib("urldate", xt_str(cited->cited_on), out);
    bib_keywords(cited, out);
    bib("abstract", cite_part(cited, XT_PART_ABSTRACT), out);
    xt_text_add_z(out, "\n}\n");
}

/* ---- RIS ---- */

static void ris(const char *tag, struct xt_str value, struct xt_text *out)
{
    if (value.n == 0)
        return;
    xt_text_addf(out, "%s  - ", tag);
    xt_text_add_str(out, value);
    xt_text_add_z(out, "\r\n");
}

static void ris_name(const struct xt_cite_name *name, struct xt_text *out)
{
    struct name_parts parts;
    size_t k;

    cite_name_parts(name, &parts);
    xt_text_add_z(out, "AU  - ");
    xt_text_add_str(out, parts.family);
    for (k = 0; k < parts.given_count; k++) {
        xt_text_add_z(out, k == 0 ? ", " : " ");
        xt_text_add_str(out, parts.given[k]);
    }
    if (parts.suffix.n > 0) {
        xt_text_add_z(out, ", ");
        xt_text_add_str(out, parts.suffix);
    }
    xt_text_add_z(out, "\r\n");
}

static void ris_date(const struct xt_cited *cited, struct xt_text *out)
{
    if (cited->year == 0)
        return;
    xt_text_addf(out, "PY  - %d\r\n", cited->year);
    if (cited->month == 0)
        return;
    xt_text_addf(out, "DA  - %d/%02d/", cited->year, cited->month);
    if (cited->day > 0)
        xt_text_addf(out, "%02d", cited->day);
    xt_text_add_z(out, "/\r\n");
}

void cite_ris(const struct xt_cited *cited, struct xt_text *out)
{
    struct xt_str pages = cite_part(cited, XT_PART_PAGES), first, last = XT_STR("");
    struct xt_str institution = cite_part(cited, XT_PART_INSTITUTION), publisher = cite_part(cited, XT_PART_PUBLISHER);
    size_t i;

    ris("TY", xt_str(kinds[cited->form].ris), out);
    for (i = 0; i < cited->name_count; i++)
        ris_name(&cited->names[i], out);
    ris("TI", cite_part(cited, XT_PART_TITLE), out);
    ris("T2", cite_part(cited, XT_PART_CONTAINER), out);
    ris_date(cited, out);
    ris("VL", cite_part(cited, XT_PART_VOLUME), out);
    ris("IS", cite_part(cited, XT_PART_ISSUE), out);
    (void)cite_pages(pages, &first, &last);
    ris("SP", first, out);
    ris("EP", last, out);
    ris("PB", kinds[cited->form].institution && institution.n > 0 ? institution : publisher, out);
    ris("CY", cite_part(cited, XT_PART_PLACE), out);
    ris("M1", cite_part(cited, XT_PART_NUMBER), out);
    ris("SN", cite_part(cited, cite_part(cited, XT_PART_ISBN).n > 0 ? XT_PART_ISBN : XT_PART_ISSN), out);
    ris("DO", cite_part(cited, XT_PART_DOI), out);
    ris("UR", cited->url, out);
    ris("AB", cite_part(cited, XT_PART_ABSTRACT), out);
    for (i = 0; i < cited->keyword_count; i++)
        ris("KW", cited->keywords[i], out);
    ris("ID", xt_str(cited->key), out);
    xt_text_add_z(out, "ER  - \r\n");
}
