/*
 * html.h - text for the places of an HTML document. What is stored is text of anyone: it reaches a document through here.
 *
 * html_text() is for text and for attribute values in double quotes; html_json() for JSON inside a script element of a
 * data type. Characters that no document may have (C0 controls, noncharacters are none of the store) become spaces.
 */
#ifndef XT_PORTAL_HTML_H
#define XT_PORTAL_HTML_H

#include "base/text.h"

void html_text(struct xt_text *out, struct xt_str s);
void html_z(struct xt_text *out, const char *s); /* the same of a string; NULL adds nothing */
/* At most max characters, with an ellipsis where it was cut; line breaks are spaces. */
void html_clipped(struct xt_text *out, struct xt_str s, size_t max);
/* JSON that can end no script and begin no comment: < > & and U+2028, U+2029 are written as escapes. */
void html_json(struct xt_text *out, struct xt_str json);
/* Percent-encoded, for a value in a query or a segment of a path; goes into attributes as it is. */
void html_query(struct xt_text *out, struct xt_str s);
/* True for an address that a link may lead to: http and https only. */
bool html_safe_url(struct xt_str url);

#endif
