/*
 * xml.h - text for the places of an XML document; any bytes give well-formed XML 1.0.
 *
 * Characters that XML does not allow, and the control characters that break readers though it does (DEL, C1), are left
 * out; so are bytes that are no UTF-8. A line feed and a tab stay in an element and become a space in an attribute. A run
 * of ordinary bytes is copied as a whole.
 */
#ifndef XT_OAI_XML_H
#define XT_OAI_XML_H

#include "base/text.h"
#include "oai/view.h"

void xml_text(struct xt_text *out, struct xt_str s);
void xml_z(struct xt_text *out, const char *s);
void xml_attribute(struct xt_text *out, struct xt_str s); /* what stands between the quotes */
/* name="value" with a space before it */
void xml_add_attribute(struct xt_text *out, const char *name, struct xt_str value);
/* <name>value</name> */
void xml_element(struct xt_text *out, const char *name, struct xt_str value);

/* True where s is a name that elements and attributes may have: a letter or _, then letters, digits, _ - . (ASCII). A colon
 * may stand inside where prefixed is true. */
bool xml_is_name(const char *s, bool prefixed);

#endif
