/*
 * index_report_draw.h - pages of a PDF: text, bars, lines, links and bookmarks, by cairo and pango.
 *
 * Lengths are points (1/72 inch) from the upper left corner. Pages are A4. Text is kept as text: it can be found, copied
 * and read aloud; fonts are embedded as far as they are used. The same calls give the same bytes on a machine (the fonts
 * are the machine's). A paper belongs to one thread; several may be drawn at once, each with its own fonts.
 */
#ifndef XT_INDICATOR_INDEX_REPORT_DRAW_H
#define XT_INDICATOR_INDEX_REPORT_DRAW_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

#define XT_PAPER_WIDTH  595.276
#define XT_PAPER_HEIGHT 841.89
#define XT_PAPER_MARGIN 42.0

enum xt_ink { /* that prints on a black-and-white printer, too */
              XT_INK_TEXT,
              XT_INK_QUIET,
              XT_INK_LINE,
              XT_INK_GROUND,
              XT_INK_BRAND,
              XT_INK_SOFT, /* of the brand */
              XT_INK_LESS, /* what lowers */
              XT_INK_WHITE,
              XT_INKS
};

enum xt_align { XT_LEFT, XT_CENTRE, XT_RIGHT };

struct xt_type { /* how a text is set */
    double size; /* of its characters, points */
    bool bold;
    enum xt_ink ink;
    enum xt_align align;
    int lines; /* at most, wrapped to the width; what is beyond ends in an ellipsis. 0 = 1 */
};

struct xt_paper;

/* Begins a document in out, with title and author as its metadata. XT_E_INTERNAL where the machine has no fonts. */
XT_MUST_USE enum xt_code xt_paper_begin(struct xt_text *out, const char *title, const char *author, xt_instant created,
                                        enum xt_lang lang, struct xt_paper **out_paper, struct xt_error *err);
/* Ends the document; *missing (may be NULL) is how many characters no font of the machine has. XT_E_TOO_LARGE where out is full. */
XT_MUST_USE enum xt_code xt_paper_end(struct xt_paper **paper, size_t *missing, struct xt_error *err);
void xt_paper_drop(struct xt_paper **paper); /* for XT_AUTO; what was drawn is not whole */

void xt_paper_next(struct xt_paper *paper);      /* the page is done */
int xt_paper_page(const struct xt_paper *paper); /* the number of the present one, from 1 */

/* Height that the text took. */
double xt_paper_text(struct xt_paper *paper, double x, double y, double width, struct xt_type type, const char *text);
/* Width that it would take on one line. */
double xt_paper_measure(struct xt_paper *paper, struct xt_type type, const char *text);
/* A text in a box, in the middle of its height: at its size where it fits on a line, else smaller, else on two lines. */
void xt_paper_cell(struct xt_paper *paper, double x, double y, double width, double height, struct xt_type type,
                   const char *text);
void xt_paper_box(struct xt_paper *paper, double x, double y, double width, double height, enum xt_ink ink);
void xt_paper_line(struct xt_paper *paper, double x1, double y1, double x2, double y2, double thick, enum xt_ink ink,
                   bool dashed);
void xt_paper_dot(struct xt_paper *paper, double x, double y, double radius, enum xt_ink ink);
/* A bookmark that leads to a page; parent 0 = the highest level. Its number. */
int xt_paper_bookmark(struct xt_paper *paper, int parent, const char *title, int page);
/* A rectangle of the present page that leads to another. */
void xt_paper_link(struct xt_paper *paper, double x, double y, double width, double height, int page);

#endif
