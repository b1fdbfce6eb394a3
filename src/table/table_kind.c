/* table_kind.c - what a file is, from its bytes; and the sentence for what is no table. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "table/table_priv.h"

struct magic {
    const char *bytes;
    size_t n;
    enum xt_file_kind kind;
};

static const struct magic MAGICS[] = {
    {"\x1F\x8B\x08", 3, XT_FILEKIND_GZIP},
    {"PK\x03\x04", 4, XT_FILEKIND_ZIP},
    {"PK\x05\x06", 4, XT_FILEKIND_ZIP},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, XT_FILEKIND_OLE},
    {"%PDF-", 5, XT_FILEKIND_PDF},
    {"\x89PNG\r\n", 6, XT_FILEKIND_IMAGE},
    {"\xFF\xD8\xFF", 3, XT_FILEKIND_IMAGE},
    {"GIF8", 4, XT_FILEKIND_IMAGE},
    {"II*\0", 4, XT_FILEKIND_IMAGE},
    {"MM\0*", 4, XT_FILEKIND_IMAGE},
    {"Rar!\x1A\x07", 6, XT_FILEKIND_PACKED},
    {"7z\xBC\xAF\x27\x1C", 6, XT_FILEKIND_PACKED},
    {"\xFD"
     "7zXZ\0",
     6, XT_FILEKIND_PACKED},
    {"BZh", 3, XT_FILEKIND_PACKED},
    {"\x28\xB5\x2F\xFD", 4, XT_FILEKIND_PACKED},
    {"SQLite format 3\0", 16, XT_FILEKIND_SQLITE},
};

/* The file Office lays beside an open one: a length, the user's name twice. Its own name begins with "~$". */
#define LOCK_EXCEL    165
#define LOCK_WORD     162
#define LOCK_NAME_MAX 54

static bool is_lock(struct xt_str head, int64_t size)
{
    if ((size != LOCK_EXCEL && size != LOCK_WORD) || head.n != (size_t)size)
        return false;
    unsigned n = (unsigned char)head.s[0];

    return n > 0 && n <= LOCK_NAME_MAX && head.s[n + 1] == ' ' && head.s[LOCK_NAME_MAX] == ' ';
}

static bool begins(struct xt_str text, const char *word)
{
    size_t n = strlen(word);

    return text.n >= n && strncasecmp(text.s, word, n) == 0;
}

static struct xt_str after_space(struct xt_str text)
{
    while (text.n > 0 && strchr(" \t\r\n", *text.s)) {
        text.s++;
        text.n--;
    }
    return text;
}

static enum xt_file_kind kind_of_markup(struct xt_str text)
{
    static const char *const html[] = {"<html", "<head", "<body", "<table", "<meta", "<div", "<style", "<script"};
    static const char doctype[] = "<!doctype";
    size_t i;

    for (i = 0; i < XT_COUNT(html); i++)
        if (begins(text, html[i]))
            return XT_FILEKIND_HTML;
    if (begins(text, doctype)) {
        text.s += strlen(doctype);
        text.n -= strlen(doctype);
        return begins(after_space(text), "html") ? XT_FILEKIND_HTML : XT_FILEKIND_XML;
    }
    if (begins(text, "mime-version:"))
        return XT_FILEKIND_MHT;
    if (begins(text, "<?xml") || begins(text, "<!--")) {
        if (memmem(text.s, text.n, "office:spreadsheet", 18))
            return XT_FILEKIND_XML_SHEET;
        return memmem(text.s, text.n, "<html", 5) ? XT_FILEKIND_HTML : XT_FILEKIND_XML;
    }
    /* "<a>" alone may as well be a cell; a closing tag or a name space makes it XML. */
    if (text.n > 1 && text.s[0] == '<' && isalpha((unsigned char)text.s[1]) &&
        (memmem(text.s, text.n, "</", 2) || memmem(text.s, text.n, "xmlns", 5)))
        return XT_FILEKIND_XML;
    return XT_FILEKIND_TEXT;
}

/* One object a line is JSON Lines; an object over several lines, an array, or one lone object is JSON. */
static enum xt_file_kind kind_of_json(struct xt_str text)
{
    unsigned depth = 0;
    bool quoted = false;
    size_t i;

    if (text.s[0] == '[')
        return XT_FILEKIND_JSON;
    for (i = 0; i < text.n; i++) {
        char c = text.s[i];

        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (--depth == 0)
                return XT_FILEKIND_JSONL;
        } else if (c == '\n') {
            return XT_FILEKIND_JSON;
        }
    }
    return XT_FILEKIND_JSONL;
}

/* "[" begins JSON only where JSON follows: CSV cells may begin with a bracket ("['国家标准'],..."). */
static bool looks_json(struct xt_str text)
{
    struct xt_str rest;

    if (text.n == 0 || (text.s[0] != '{' && text.s[0] != '['))
        return false;
    rest = after_space((struct xt_str){text.s + 1, text.n - 1});
    if (rest.n == 0)
        return true;
    return text.s[0] == '{' ? *rest.s == '"' || *rest.s == '}' : *rest.s == '{' || *rest.s == ']';
}

static bool is_binary(struct xt_str text)
{
    size_t i, control = 0;

    for (i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.s[i];

        control +=
            (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1A && c != 0x1B) || c == 0x7F;
    }
    return control > 4 && control > text.n / 100;
}

enum xt_file_kind xt_file_kind_of(struct xt_str head, struct xt_str text, int64_t size)
{
    size_t i;

    if (head.n == 0)
        return XT_FILEKIND_EMPTY;
    for (i = 0; i < XT_COUNT(MAGICS); i++)
        if (head.n >= MAGICS[i].n && memcmp(head.s, MAGICS[i].bytes, MAGICS[i].n) == 0)
            return MAGICS[i].kind;
    if (is_lock(head, size))
        return XT_FILEKIND_LOCK;
    if (xt_tar_is(head))
        return XT_FILEKIND_TAR;
    text = after_space(text);
    if (text.n == 0)
        return XT_FILEKIND_EMPTY;
    if (is_binary(text))
        return XT_FILEKIND_BINARY;
    if (looks_json(text))
        return kind_of_json(text);
    return kind_of_markup(text);
}

enum xt_code xt_file_kind_refuse(enum xt_file_kind kind, const char *name, struct xt_error *err)
{
    enum xt_msg msg = XT_MSG_FILE_IS_BINARY;

    switch (kind) {
    case XT_FILEKIND_EMPTY:
        msg = XT_MSG_FILE_IS_EMPTY;
        break;
    case XT_FILEKIND_LOCK:
        msg = XT_MSG_FILE_IS_LOCK;
        break;
    case XT_FILEKIND_HTML:
        msg = XT_MSG_FILE_IS_HTML;
        break;
    case XT_FILEKIND_MHT:
        msg = XT_MSG_FILE_IS_MHT;
        break;
    case XT_FILEKIND_XML_SHEET:
        break;
    case XT_FILEKIND_PDF:
        msg = XT_MSG_FILE_IS_PDF;
        break;
    case XT_FILEKIND_IMAGE:
        msg = XT_MSG_FILE_IS_IMAGE;
        break;
    case XT_FILEKIND_PACKED:
    case XT_FILEKIND_GZIP:
    case XT_FILEKIND_TAR:
    case XT_FILEKIND_ZIP:
        msg = XT_MSG_FILE_IS_PACKED;
        break;
    case XT_FILEKIND_SQLITE:
        msg = XT_MSG_FILE_IS_SQLITE;
        break;
    case XT_FILEKIND_OLE:
    case XT_FILEKIND_TEXT:
    case XT_FILEKIND_XML:
    case XT_FILEKIND_JSON:
    case XT_FILEKIND_JSONL:
    case XT_FILEKIND_BINARY:
        break;
    }
    return xt_fail(err, XT_E_MEDIA, "", msg, XT_TEXT(name));
}
