/* index_report_draw.c - pages of a PDF by cairo and pango. */
#include "indicator/index_report_draw.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

/* The first one that the machine has; all of them have Chinese, Latin and figures of equal width. The first is a twentieth of
 * the second, so that a report is made in half the time and with a third of the memory; both look well. */
#define FAMILIES \
    "WenQuanYi Micro Hei, Noto Sans CJK SC, Source Han Sans SC, WenQuanYi Zen Hei, Droid Sans Fallback, sans-serif"

struct xt_paper {
    struct xt_text *out;
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoFontMap *fonts;
    PangoContext *context;
    PangoLayout *layout;
    PangoFontDescription *font;
    size_t missing;
    int page;
};

static const double inks[XT_INKS][3] = {
    [XT_INK_TEXT] = {0.118, 0.110, 0.098},  [XT_INK_QUIET] = {0.400, 0.376, 0.345},
    [XT_INK_LINE] = {0.835, 0.820, 0.796},  [XT_INK_GROUND] = {0.953, 0.949, 0.937},
    [XT_INK_BRAND] = {0.043, 0.392, 0.376}, [XT_INK_SOFT] = {0.678, 0.835, 0.816},
    [XT_INK_LESS] = {0.725, 0.353, 0.149},  [XT_INK_WHITE] = {1, 1, 1},
};

/* ---- the document ---- */

static cairo_status_t take_bytes(void *closure, const unsigned char *data, unsigned int length)
{
    struct xt_text *out = closure;

    xt_text_add(out, (const char *)data, length);
    return xt_text_overflowed(out) ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void say_metadata(struct xt_paper *paper, const char *title, const char *author, xt_instant created)
{
    char when[XT_INSTANT_SIZE];

    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_AUTHOR, author);
    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_CREATOR, "xietong " XT_VERSION);
    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                   xt_instant_format(created, false, when));
}

/* Without a font pango ends the program, so it is asked before. */
static bool any_fonts(PangoFontMap *fonts)
{
    PangoFontFamily **families = NULL;
    int count = 0;

    pango_font_map_list_families(fonts, &families, &count);
    g_free(families);
    return count > 0;
}

static void set_up_text(struct xt_paper *paper, enum xt_lang lang)
{
    cairo_font_options_t *options = cairo_font_options_create();

    /* What is set for paper does not depend on the dots of a screen. */
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    paper->context = pango_font_map_create_context(paper->fonts);
    pango_cairo_context_set_font_options(paper->context, options);
    cairo_font_options_destroy(options);
    pango_cairo_update_context(paper->cairo, paper->context);
    pango_context_set_language(paper->context, pango_language_from_string(lang == XT_ZH ? "zh-cn" : "en"));
    paper->layout = pango_layout_new(paper->context);
    paper->font = pango_font_description_from_string(FAMILIES);
}

enum xt_code xt_paper_begin(struct xt_text *out, const char *title, const char *author, xt_instant created,
                            enum xt_lang lang, struct xt_paper **out_paper, struct xt_error *err)
{
    struct xt_paper *paper = xt_calloc(1, sizeof *paper);

    paper->out = out;
    paper->page = 1;
    paper->fonts = pango_cairo_font_map_new();
    paper->surface = cairo_pdf_surface_create_for_stream(take_bytes, out, XT_PAPER_WIDTH, XT_PAPER_HEIGHT);
    paper->cairo = cairo_create(paper->surface);
    if (!any_fonts(paper->fonts)) {
        xt_paper_drop(&paper);
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_REPORT_NO_FONTS, XT_TEXT("fonts-wqy-microhei"));
    }
    say_metadata(paper, title, author, created);
    set_up_text(paper, lang);
    *out_paper = paper;
    return XT_OK;
}

enum xt_code xt_paper_end(struct xt_paper **paper, size_t *missing, struct xt_error *err)
{
    struct xt_paper *p = *paper;
    enum xt_code rc = XT_OK;
    cairo_status_t status;

    cairo_surface_finish(p->surface);
    status = cairo_status(p->cairo) != CAIRO_STATUS_SUCCESS ? cairo_status(p->cairo) : cairo_surface_status(p->surface);
    if (xt_text_overflowed(p->out))
        rc = xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_TABLE_MEMBER_LARGE, XT_TEXT("PDF"), XT_INT(p->out->cap));
    else if (status != CAIRO_STATUS_SUCCESS)
        rc = xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT(cairo_status_to_string(status)));
    if (missing)
        *missing = p->missing;
    xt_paper_drop(paper);
    return rc;
}

void xt_paper_drop(struct xt_paper **paper)
{
    struct xt_paper *p = *paper;

    if (!p)
        return;
    if (p->font)
        pango_font_description_free(p->font);
    if (p->layout)
        g_object_unref(p->layout);
    if (p->context)
        g_object_unref(p->context);
    cairo_destroy(p->cairo);
    cairo_surface_destroy(p->surface);
    g_object_unref(p->fonts);
    free(p);
    *paper = NULL;
}

void xt_paper_next(struct xt_paper *paper)
{
    cairo_show_page(paper->cairo);
    paper->page++;
}

int xt_paper_page(const struct xt_paper *paper)
{
    return paper->page;
}

/* ---- text ---- */

static void lay_out(struct xt_paper *paper, double width, struct xt_type type, const char *text)
{
    static const PangoAlignment alignments[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT};
    PangoLayout *layout = paper->layout;
    const char *end;

    (void)g_utf8_validate(text, -1, &end); /* what was cut to a size may end within a character */
    pango_font_description_set_absolute_size(paper->font, type.size * PANGO_SCALE);
    pango_font_description_set_weight(paper->font, type.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, paper->font);
    pango_layout_set_width(layout, width < 0 ? -1 : (int)(width * PANGO_SCALE));
    pango_layout_set_alignment(layout, alignments[type.align]);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(layout, width < 0 ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END);
    pango_layout_set_height(layout, type.lines > 0 ? -type.lines : -1);
    pango_layout_set_single_paragraph_mode(layout, type.lines <= 2);
    pango_layout_set_text(layout, text, (int)(end - text));
}

double xt_paper_text(struct xt_paper *paper, double x, double y, double width, struct xt_type type, const char *text)
{
    const double *ink = inks[type.ink];
    int height;

    if (!*text)
        return 0;
    lay_out(paper, width, type, text);
    paper->missing += (size_t)pango_layout_get_unknown_glyphs_count(paper->layout);
    pango_layout_get_size(paper->layout, NULL, &height);
    cairo_set_source_rgb(paper->cairo, ink[0], ink[1], ink[2]);
    cairo_move_to(paper->cairo, x, y);
    pango_cairo_show_layout(paper->cairo, paper->layout);
    return (double)height / PANGO_SCALE;
}

double xt_paper_measure(struct xt_paper *paper, struct xt_type type, const char *text)
{
    int width;

    lay_out(paper, -1, type, text);
    pango_layout_get_size(paper->layout, &width, NULL);
    return (double)width / PANGO_SCALE;
}

#define SMALLER   0.86 /* of the size, before a second line is begun */
#define TWO_LINES 0.78

void xt_paper_cell(struct xt_paper *paper, double x, double y, double width, double height, struct xt_type type,
                   const char *text)
{
    double wide = xt_paper_measure(paper, type, text);
    int tall;

    if (wide > width && wide * SMALLER > width) {
        type.size *= TWO_LINES;
        type.lines = 2;
    } else if (wide > width) {
        type.size *= SMALLER;
    }
    lay_out(paper, width, type, text);
    pango_layout_get_size(paper->layout, NULL, &tall);
    if (type.lines == 2 && (double)tall / PANGO_SCALE > height) {
        type.size *= height * PANGO_SCALE / tall;
        lay_out(paper, width, type, text);
        pango_layout_get_size(paper->layout, NULL, &tall);
    }
    xt_paper_text(paper, x, y + (height - (double)tall / PANGO_SCALE) / 2, width, type, text);
}

/* ---- drawing ---- */

static void take_ink(struct xt_paper *paper, enum xt_ink ink)
{
    cairo_set_source_rgb(paper->cairo, inks[ink][0], inks[ink][1], inks[ink][2]);
}

void xt_paper_box(struct xt_paper *paper, double x, double y, double width, double height, enum xt_ink ink)
{
    take_ink(paper, ink);
    cairo_rectangle(paper->cairo, x, y, width, height);
    cairo_fill(paper->cairo);
}

void xt_paper_line(struct xt_paper *paper, double x1, double y1, double x2, double y2, double thick, enum xt_ink ink,
                   bool dashed)
{
    static const double dashes[] = {3, 2};

    take_ink(paper, ink);
    cairo_set_line_width(paper->cairo, thick);
    cairo_set_dash(paper->cairo, dashes, dashed ? 2 : 0, 0);
    cairo_move_to(paper->cairo, x1, y1);
    cairo_line_to(paper->cairo, x2, y2);
    cairo_stroke(paper->cairo);
}

void xt_paper_dot(struct xt_paper *paper, double x, double y, double radius, enum xt_ink ink)
{
    take_ink(paper, ink);
    cairo_new_sub_path(paper->cairo);
    cairo_arc(paper->cairo, x, y, radius, 0, 6.283185307179586);
    cairo_fill(paper->cairo);
}

/* ---- ways through the document ---- */

int xt_paper_bookmark(struct xt_paper *paper, int parent, const char *title, int page)
{
    char where[48];

    (void)snprintf(where, sizeof where, "page=%d pos=[0 0]", page);
    return cairo_pdf_surface_add_outline(paper->surface, parent, title, where, 0);
}

void xt_paper_link(struct xt_paper *paper, double x, double y, double width, double height, int page)
{
    char where[160];

    (void)snprintf(where, sizeof where, "rect=[%.2f %.2f %.2f %.2f] page=%d pos=[0 0]", x, y, width, height, page);
    cairo_tag_begin(paper->cairo, CAIRO_TAG_LINK, where);
    cairo_tag_end(paper->cairo, CAIRO_TAG_LINK);
}
