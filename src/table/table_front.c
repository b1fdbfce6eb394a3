/*
 * table_front.c - what the first page of a paper says, as OCR left it: Markdown with a heading here and there.
 *
 * Labels ("摘要", "Keywords") divide the text; the title is a heading before the first of them; between the title and the
 * abstract stand the authors and, from the first word for an institution on, the affiliations. What cannot be told is
 * left out: a missing member is better than a wrong one. How often it is right is measured in docs/import.md.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/table_objects.h"

#define LABELS_MAX   64u
#define HEADINGS_MAX 64u
#define NAMES_MAX    100u
#define BLOCK_MAX    6000u /* bytes between title and abstract */

enum part {
    PART_ABSTRACT,
    PART_KEYWORDS,
    PART_CLASS,
    PART_ABSTRACT_EN,
    PART_KEYWORDS_EN,
    PART_OTHER, /* ends what stands before it */
    PARTS
};

struct label {
    const char *word;
    enum part part;
    bool inside; /* also counts within a line, with a colon or bracket behind it */
};

static const struct label LABELS[] = {
    {"摘要", PART_ABSTRACT, true},
    {"内容提要", PART_ABSTRACT, true},
    {"关键词", PART_KEYWORDS, true},
    {"关键字", PART_KEYWORDS, true},
    {"主题词", PART_KEYWORDS, false},
    {"中图分类号", PART_CLASS, true},
    {"中图法分类号", PART_CLASS, true},
    {"分类号", PART_CLASS, true},
    {"Abstract", PART_ABSTRACT_EN, true},
    {"ABSTRACT", PART_ABSTRACT_EN, true},
    {"Summary", PART_ABSTRACT_EN, false},
    {"Keywords", PART_KEYWORDS_EN, true},
    {"Key words", PART_KEYWORDS_EN, true},
    {"Key Words", PART_KEYWORDS_EN, true},
    {"KEYWORDS", PART_KEYWORDS_EN, true},
    {"KEY WORDS", PART_KEYWORDS_EN, true},
    {"Keyword", PART_KEYWORDS_EN, true},
    {"Index Terms", PART_KEYWORDS_EN, false},
    {"CLC number", PART_CLASS, true},
    {"文献标识码", PART_OTHER, true},
    {"文章编号", PART_OTHER, true},
    {"文献标志码", PART_OTHER, true},
    {"收稿日期", PART_OTHER, true},
    {"基金项目", PART_OTHER, true},
    {"作者简介", PART_OTHER, true},
    {"通信作者", PART_OTHER, true},
    {"通讯作者", PART_OTHER, true},
    {"引用格式", PART_OTHER, true},
    {"引用本文", PART_OTHER, true},
    {"Citation", PART_OTHER, false},
    {"PACS", PART_OTHER, true},
    {"doi", PART_OTHER, true},
    {"DOI", PART_OTHER, true},
    {"Funding", PART_OTHER, false},
    {"投稿日期", PART_OTHER, true},
    {"资助项目", PART_OTHER, true},
};

struct found {
    enum part part;
    size_t at, behind; /* the label, and where its text begins */
};

struct heading {
    size_t at, behind; /* the line, with its "#" */
    struct xt_str text;
};

struct page {
    struct xt_str text;
    struct found labels[LABELS_MAX];
    size_t label_count;
    struct heading headings[HEADINGS_MAX];
    size_t heading_count;
};

/* ---- characters ---- */

static bool is_han(uint32_t c)
{
    return (c >= 0x4E00 && c < 0xA000) || (c >= 0x3400 && c < 0x4DC0) || c == 0xB7 || c >= 0x20000;
}

static size_t count_han(struct xt_str s)
{
    size_t i = 0, count = 0;
    uint32_t c;

    while (i < s.n) {
        i += xt_utf8_decode(s.s + i, s.n - i, &c);
        count += is_han(c) && c != 0xB7;
    }
    return count;
}

static size_t count_letters(struct xt_str s)
{
    size_t i, count = 0;

    for (i = 0; i < s.n; i++)
        count += isalpha((unsigned char)s.s[i]) != 0;
    return count;
}

static bool is_space(uint32_t c)
{
    return c == ' ' || c == '\t' || c == 0x3000 || c == 0xA0;
}

/* Digits and signs that stand at names and point to affiliations. */
static bool is_mark(uint32_t c)
{
    return (c >= '0' && c <= '9') || c == 0xB9 || c == 0xB2 || c == 0xB3 || (c >= 0x2070 && c < 0x2090) ||
           (c >= 0x2460 && c < 0x2474) || (c < 0x80 && c != 0 && strchr("*#'\"\\^{}$~]?", (int)c)) || c == 0x2A ||
           c == 0xFF0A || c == 0x2020 || c == 0x2021 || c == 0x2019 || c == 0x2018 || c == 0x300D || c == 0x300C ||
           c == 0x22C6 || c == 0x2217;
}

static struct xt_str part_of(struct xt_str s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    return from < to ? (struct xt_str){s.s + from, to - from} : XT_STR("");
}

/* ---- labels and headings ---- */

/* The bytes word takes at the beginning of s, blanks between its characters passed over; 0 where it is not there. */
static size_t word_at(struct xt_str s, const char *word)
{
    size_t i = 0, w = 0, length = strlen(word);

    while (w < length) {
        uint32_t c, wanted;
        size_t n;

        if (i >= s.n)
            return 0;
        n = xt_utf8_decode(s.s + i, s.n - i, &c);
        size_t wn = xt_utf8_decode(word + w, length - w, &wanted);

        if (c != wanted) {
            if (w == 0 || !is_space(c) || !((unsigned char)word[w] & 0x80))
                return 0;
            i += n;
            continue;
        }
        i += n;
        w += wn;
    }
    return i;
}

/* Brackets, colons and blanks behind a label; *out_sign whether there was more than blanks. */
static size_t signs_behind(struct xt_str s, bool *out_sign)
{
    static const char *const signs[] = {"：", ":", "】", "］", "]", "」", "〕", "*", "＊", "．", "."};
    size_t i = 0, k;

    *out_sign = false;
    while (i < s.n) {
        struct xt_str here = {s.s + i, s.n - i};

        if (*here.s == ' ' || *here.s == '\n' || xt_str_starts(here, "\xE3\x80\x80")) {
            i += *here.s == ' ' || *here.s == '\n' ? 1 : 3;
            continue;
        }
        for (k = 0; k < XT_COUNT(signs) && !xt_str_starts(here, signs[k]);)
            k++;
        if (k == XT_COUNT(signs))
            break;
        *out_sign = true;
        i += strlen(signs[k]);
    }
    return i;
}

/* What may stand before a label at the beginning of a line. */
static bool begins_line(struct xt_str text, size_t at)
{
    static const char before[] = " #*[(\t";

    while (at > 0) {
        char c = text.s[at - 1];

        if (c == '\n')
            return true;
        if (strchr(before, c)) {
            at--;
        } else if (at >= 3 && (memcmp(text.s + at - 3, "【", 3) == 0 || memcmp(text.s + at - 3, "［", 3) == 0 ||
                               memcmp(text.s + at - 3, "\xE3\x80\x80", 3) == 0 ||
                               memcmp(text.s + at - 3, "「", 3) == 0 || memcmp(text.s + at - 3, "〔", 3) == 0)) {
            at -= 3;
        } else {
            return false;
        }
    }
    return true;
}

/* "中图分类号 P318" needs no colon. */
static bool class_follows(const struct label *label, struct xt_str here, size_t at)
{
    return label->part == PART_CLASS && at + 1 < here.n && isupper((unsigned char)here.s[at]) &&
           isdigit((unsigned char)here.s[at + 1]);
}

static void find_labels(struct page *page)
{
    size_t i = 0, k;

    while (i < page->text.n && page->label_count < LABELS_MAX) {
        struct xt_str here = {page->text.s + i, page->text.n - i};
        size_t taken = 0;

        for (k = 0; k < XT_COUNT(LABELS); k++) {
            size_t n = word_at(here, LABELS[k].word), signs;
            bool sign, first;

            if (n == 0)
                continue;
            signs = signs_behind((struct xt_str){here.s + n, here.n - n}, &sign);
            first = begins_line(page->text, i);
            /* "Abstracting" is no label; nor is a word within a text. */
            if (!first && !(LABELS[k].inside && (sign || class_follows(&LABELS[k], here, n + signs))))
                continue;
            if (!((unsigned char)LABELS[k].word[0] & 0x80) && !sign && n < here.n && islower((unsigned char)here.s[n]))
                continue;
            page->labels[page->label_count++] =
                (struct found){.part = LABELS[k].part, .at = i, .behind = i + n + signs};
            taken = n;
            break;
        }
        i += taken > 0 ? taken : 1;
    }
}

static void find_headings(struct page *page)
{
    struct xt_str rest = page->text;

    while (rest.n > 0 && page->heading_count < HEADINGS_MAX) {
        size_t at = (size_t)(rest.s - page->text.s);
        struct xt_str line = xt_line_of(&rest);

        if (line.n == 0 || *line.s != '#')
            continue;
        while (line.n > 0 && *line.s == '#') {
            line.s++;
            line.n--;
        }
        page->headings[page->heading_count++] =
            (struct heading){at, (size_t)(rest.s - page->text.s), xt_str_trim(line)};
    }
}

static const struct found *label_of(const struct page *page, enum part part)
{
    size_t i;

    for (i = 0; i < page->label_count; i++)
        if (page->labels[i].part == part)
            return &page->labels[i];
    return NULL;
}

/* Where the next label or heading behind `at` begins. */
static size_t next_border(const struct page *page, size_t at)
{
    size_t border = page->text.n, i;

    for (i = 0; i < page->label_count; i++)
        if (page->labels[i].at >= at && page->labels[i].at < border)
            border = page->labels[i].at;
    for (i = 0; i < page->heading_count; i++)
        if (page->headings[i].at >= at && page->headings[i].at < border)
            border = page->headings[i].at;
    return border;
}

/* ---- texts ---- */

/* Formulas as OCR writes them, "$3 0 0 \mathrm { k m }$", as plain text. */
static void add_formula(struct xt_text *out, struct xt_str s)
{
    struct xt_text plain;
    size_t i;

    xt_text_init(&plain, 4 * s.n + 16);
    xt_latex_plain(s, &plain);
    for (i = 0; i < plain.n; i++)
        if (plain.s[i] != ' ')
            xt_text_add_char(out, plain.s[i]);
    xt_text_done(&plain);
}

static void add_with_formulas(struct xt_text *out, struct xt_str s)
{
    while (s.n > 0) {
        const char *close = *s.s == '$' && s.n > 1 ? memchr(s.s + 1, '$', s.n - 1 < 400 ? s.n - 1 : 400) : NULL;

        if (close) {
            size_t n = (size_t)(close - s.s);

            add_formula(out, (struct xt_str){s.s + 1, n - 1});
            s.s += n + 1;
            s.n -= n + 1;
        } else {
            xt_text_add_char(out, *s.s);
            s.s++;
            s.n--;
        }
    }
}

static void add_text(json_t *object, const char *name, struct xt_str s)
{
    struct xt_text text, tidy;

    xt_text_init(&text, 4 * s.n + 16);
    xt_text_init(&tidy, 4 * s.n + 16);
    add_with_formulas(&text, s);
    xt_tidy_add(&tidy, xt_text_view(&text));
    if (tidy.n > 0)
        json_object_set_new(object, name, xt_json_text(xt_text_view(&tidy)));
    xt_text_done(&text);
    xt_text_done(&tidy);
}

static bool list_has(const json_t *list, struct xt_str s)
{
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        if (json_string_length(item) == s.n && memcmp(json_string_value(item), s.s, s.n) == 0)
            return true;
    }
    return false;
}

/* Without stops and blanks at its ends. */
static struct xt_str bare(struct xt_str s)
{
    static const char *const ends[] = {".", "。", "．", ",",  "，", ";", "；", ":", "：", "、", "*",
                                       "“", "”",  "【", "［", "\\", "‘", "’",  "†", "-",  "！"};
    bool again = true;
    size_t k;

    while (again) {
        again = false;
        s = xt_str_trim(s);
        for (k = 0; k < XT_COUNT(ends); k++) {
            if (xt_str_starts(s, ends[k])) {
                s.s += strlen(ends[k]);
                s.n -= strlen(ends[k]);
                again = true;
            }
            if (xt_str_ends(s, ends[k])) {
                s.n -= strlen(ends[k]);
                again = true;
            }
        }
    }
    return s;
}

static bool is_divider(struct xt_str here, const char *const *dividers, size_t *out_n)
{
    for (; *dividers; dividers++)
        if (xt_str_starts(here, *dividers)) {
            *out_n = strlen(*dividers);
            return true;
        }
    return false;
}

static void add_divided(json_t *list, struct xt_str s, const char *const *dividers, size_t most)
{
    size_t i, from = 0, n;

    for (i = 0; i <= s.n; i++) {
        n = 1;
        if (i < s.n && !is_divider((struct xt_str){s.s + i, s.n - i}, dividers, &n))
            continue;
        struct xt_str item = bare((struct xt_str){s.s + from, i - from});

        if (item.n > 0 && item.n <= most && !list_has(list, item))
            json_array_append_new(list, xt_json_text(item));
        from = i + n;
        i += n - 1;
    }
}

/* Keywords end with their paragraph; where nothing else divides them, blanks do. */
static void add_keywords(json_t *object, const char *name, struct xt_str s)
{
    static const char *const behind[] = {"DOI", "doi", "□", "图分类号", "中图", "CLC"};
    static const char *const strong[] = {";", "；", NULL};
    static const char *const weak[] = {",", "，", "、", "·", "|", NULL};
    static const char *const blanks[] = {" ", "\xE3\x80\x80", NULL};
    json_t *list = json_array();
    struct xt_str rest = s, lines;
    size_t paragraph, k;

    paragraph = xt_str_find(rest, XT_STR("\n\n"));
    lines = part_of(rest, 0, paragraph == SIZE_MAX ? rest.n : paragraph);
    for (k = 0; k < XT_COUNT(behind); k++) { /* what OCR put into the same line */
        size_t at = xt_str_find(lines, xt_str(behind[k]));

        lines.n = at < lines.n ? at : lines.n;
    }
    struct xt_text plain, tidy;

    xt_text_init(&plain, 4 * lines.n + 16);
    xt_text_init(&tidy, 4 * lines.n + 16);
    add_with_formulas(&plain, lines);
    xt_tidy_add(&tidy, xt_text_view(&plain));
    xt_text_done(&plain);
    s = xt_text_view(&tidy);
    if (s.n < 2000) {
        add_divided(list, s, strong, 150);
        if (json_array_size(list) < 2) {
            json_array_clear(list);
            add_divided(list, s, weak, 150);
        }
        if (json_array_size(list) < 2 && count_han(s) > 6) {
            json_array_clear(list);
            add_divided(list, s, blanks, 150);
        }
    }
    /* One that is as long as several is several run together. */
    if (json_array_size(list) > 1 || (json_array_size(list) == 1 && count_han(s) <= 10 && s.n <= 60))
        json_object_set_new(object, name, list);
    else
        json_decref(list);
    xt_text_done(&tidy);
}

/* "TP391;G250 ..." */
static void add_classes(json_t *object, struct xt_str s)
{
    json_t *list = json_array();
    size_t i = 0, from;

    s = part_of(s, 0, 60);
    while (i < s.n) {
        while (i < s.n && strchr(" ;,/:+", s.s[i]) && s.s[i] != '\n')
            i++;
        if (i + 2 < s.n && memcmp(s.s + i, "；", 3) == 0) {
            i += 3;
            continue;
        }
        for (from = i; i < s.n && (isalnum((unsigned char)s.s[i]) || strchr(".-", s.s[i]));)
            i++;
        struct xt_str code = bare((struct xt_str){s.s + from, i - from});

        if (code.n == 0 || !isupper((unsigned char)*code.s) || (code.n > 1 && islower((unsigned char)code.s[1])))
            break;
        if (!list_has(list, code))
            json_array_append_new(list, xt_json_text(code));
    }
    if (json_array_size(list) > 0)
        json_object_set_new(object, "clc", list);
    else
        json_decref(list);
}

static void add_doi(json_t *object, struct xt_str s)
{
    size_t at = xt_str_find(s, XT_STR("10.")), n = 0;

    if (at == SIZE_MAX)
        return;
    s = part_of(s, at, at + 100);
    while (n < s.n && s.s[n] > ' ' && s.s[n] < 0x7F && !strchr("<>\"", s.s[n]))
        n++;
    struct xt_str doi = bare((struct xt_str){s.s, n});

    if (doi.n > 8 && memchr(doi.s, '/', doi.n))
        json_object_set_new(object, "doi", xt_json_text(doi));
}

/* ---- titles ---- */

/* Surnames, for names that OCR ran together. */
static const char SURNAMES[] =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳"
    "翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾"
    "尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛"
    "仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹"
    "井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇"
    "公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由";

static bool is_surname(struct xt_str s)
{
    size_t i;

    for (i = 0; i + 3 <= sizeof SURNAMES - 1; i += 3)
        if (s.n >= 3 && memcmp(SURNAMES + i, s.s, 3) == 0)
            return true;
    return false;
}

/* "1 引言", "2.1 Methods", "一、"; a year may begin a title, and a number of things. */
static bool is_section(struct xt_str s)
{
    static const char *const counted[] = {"型", "种", "例", "株", "个", "类", "维"};
    size_t digits = 0, k;

    while (digits < s.n && isdigit((unsigned char)s.s[digits]))
        digits++;
    for (k = 0; k < XT_COUNT(counted); k++)
        if (digits > 0 && xt_str_starts(part_of(s, digits, s.n), counted[k]))
            return false;
    return (digits > 0 && digits < 4) || xt_str_starts(s, "一、");
}

/* Nor are a rubric of the journal, its name, an address. */
static bool is_title(struct xt_str s, bool han)
{
    static const char *const rubrics[] = {"·",        "引言",     "前言",         "目录",     "致谢",     "基础研究",
                                          "临床研究", "研究论文", "综述",         "论著",     "研究报告", "Article",
                                          "Letter",   "Review",   "Introduction", "Contents", "Research"};
    size_t k;

    if (s.n < 6 || s.n > 400 || is_section(s) || xt_str_find(s, XT_STR("http")) != SIZE_MAX ||
        xt_str_find(s, XT_STR("学报")) != SIZE_MAX)
        return false;
    for (k = 0; k < XT_COUNT(rubrics); k++)
        if (xt_str_starts(s, rubrics[k]) && s.n < strlen(rubrics[k]) + 12)
            return false;
    return han ? count_han(s) >= 4 : count_han(s) == 0 && count_letters(s) >= 8;
}

/* Words of at most four Chinese characters, the first of them a surname: names. */
static bool is_names(struct xt_str s)
{
    size_t i = 0, run = 0, longest = 0, runs = 0;
    uint32_t c;

    while (i < s.n) {
        i += xt_utf8_decode(s.s + i, s.n - i, &c);
        if (is_han(c)) {
            runs += run == 0;
            run++;
            longest = run > longest ? run : longest;
        } else {
            run = 0;
            if (c < 0x80 && isalpha((int)c))
                return false;
        }
    }
    return is_surname(s) && longest <= 4 && runs >= 2;
}

/* The heading that is the title, up to `before`; the one behind it may be a subtitle. */
static const struct heading *title_heading(const struct page *page, size_t after, size_t before, bool han, bool last)
{
    const struct heading *found = NULL;
    size_t i;

    for (i = 0; i < page->heading_count; i++) {
        const struct heading *heading = &page->headings[i];

        if (heading->at < after || heading->at >= before || !is_title(heading->text, han))
            continue;
        found = heading;
        if (!last)
            return found;
    }
    return found;
}

static bool is_blank_between(struct xt_str text, size_t from, size_t to)
{
    return xt_str_trim(part_of(text, from, to)).n == 0;
}

/* A title that ends in "of the" has a second line. */
static bool goes_on(struct xt_str s)
{
    static const char *const words[] = {" in",   " of", " the", " and", " for",  " on",
                                        " with", " to", " a",   " by",  " from", " at"};
    size_t k;

    for (k = 0; k < XT_COUNT(words); k++)
        if (xt_str_ends(s, words[k]))
            return true;
    return false;
}

/* Behind the title and its subtitle; 0 when there is no title. */
static size_t take_title(const struct page *page, json_t *object, const char *name, size_t after, size_t before,
                         bool han, bool last)
{
    const struct heading *heading = title_heading(page, after, before, han, last);
    const struct heading *end = page->headings + page->heading_count, *next = heading ? heading + 1 : NULL;
    struct xt_text title;
    size_t behind;

    if (!heading)
        return 0;
    behind = heading->behind;
    xt_text_init(&title, 4 * XT_KIB);
    xt_text_add_str(&title, heading->text);
    if (next && next < end && next->at < before && is_title(next->text, han) && !is_names(next->text) &&
        is_blank_between(page->text, heading->behind, next->at)) {
        xt_text_add_char(&title, ' ');
        xt_text_add_str(&title, next->text);
        behind = next->behind;
    }
    if (!han && goes_on(xt_text_view(&title))) {
        struct xt_str rest = part_of(page->text, behind, before), line = xt_line_of(&rest);

        xt_text_add_char(&title, ' ');
        xt_text_add_str(&title, line);
        behind += (size_t)(rest.s - line.s);
    }
    add_text(object, name, bare(xt_text_view(&title)));
    xt_text_done(&title);
    return behind;
}

/* A title that the names follow in the same line: up to the last word that titles end with and a surname follows. */
static size_t take_run_on_title(const struct page *page, json_t *object, struct xt_str line)
{
    static const char *const ends[] = {"影响", "研究",   "进展", "分析", "应用", "作用", "机制", "方法",
                                       "综述", "构建",   "评价", "比较", "特征", "设计", "关系", "表达",
                                       "建立", "规律",   "模型", "效应", "探讨", "调控", "鉴定", "测定",
                                       "现状", "需要量", "技术", "优化", "评估", "系统"};
    static const char *const stops[] = {"(", "（", "摘要"};
    size_t best = 0, k, at;

    for (k = 0; k < XT_COUNT(stops); k++) {
        at = xt_str_find(line, xt_str(stops[k]));
        line.n = at < line.n ? at : line.n;
    }
    for (k = 0; k < XT_COUNT(ends); k++)
        for (at = 0; at < line.n;) {
            size_t found = xt_str_find(part_of(line, at, line.n), xt_str(ends[k])), end;

            if (found == SIZE_MAX)
                break;
            end = at + found + strlen(ends[k]);
            if (end > best && end >= 24 && is_surname(xt_str_trim(part_of(line, end, line.n))))
                best = end;
            at = end;
        }
    if (best == 0)
        return 0;
    add_text(object, "title", bare(part_of(line, 0, best)));
    return (size_t)(line.s - page->text.s) + best;
}

/* A page without headings: its first line, when it looks like a title. */
static size_t take_first_line(const struct page *page, json_t *object, size_t before, bool han)
{
    static const char *const not_in[] = {",", "，", "(", "（", "。", "1", "¹", "@", "收稿", "DOI", "ChinaXiv"};
    struct xt_str rest = part_of(page->text, 0, before), line;
    size_t k;

    do {
        line = xt_str_trim(xt_line_of(&rest));
    } while (line.n == 0 && rest.n > 0);
    if (line.n > 2 && *line.s == '1' && line.s[1] == ' ') /* the number of the line */
        line = part_of(line, 2, line.n);
    if (!is_title(line, han))
        return 0;
    if (line.n > 200)
        return han ? take_run_on_title(page, object, line) : 0;
    for (k = 0; k < XT_COUNT(not_in); k++)
        if (xt_str_find(line, xt_str(not_in[k])) != SIZE_MAX)
            return han ? take_run_on_title(page, object, line) : 0;
    add_text(object, "title", line);
    return (size_t)(rest.s - page->text.s);
}

/* ---- authors and affiliations ---- */

static const char *const PLACES[] = {
    /* words that end the name of an institution */
    "大学",      "学院",     "研究所",     "研究院",    "研究中心",    "实验室",  "医院",      "公司",
    "中心",      "科学院",   "气象局",     "天文台",    "图书馆",      "观测站",  "工作站",    "推广站",
    "委员会",    "学校",     "集团",       "协会",      "学会",        "监测站",  "卫生院",    "系统所",
    "管理局",    "教研室",   "研究室",     "设计院",    "出版社",      "编辑部",  "防治站",    "University",
    "Institute", "Institut", "College",    "Laborator", "Department",  "School",  "Academy",   "Hospital",
    "Center",    "Centre",   "Observator", "Faculty",   "Corporation", "Company", "Universit",
};

static size_t place_word(struct xt_str s, size_t from)
{
    size_t best = SIZE_MAX, k;
    struct xt_str rest = part_of(s, from, s.n);

    for (k = 0; k < XT_COUNT(PLACES); k++) {
        size_t at = xt_str_find(rest, xt_str(PLACES[k]));

        if (at != SIZE_MAX && from + at < best)
            best = from + at;
    }
    return best;
}

/* Behind the longest of the words at `at`. */
static size_t place_end(struct xt_str s, size_t at)
{
    size_t end = at, k;

    for (k = 0; k < XT_COUNT(PLACES); k++)
        if (xt_str_starts(part_of(s, at, s.n), PLACES[k]) && at + strlen(PLACES[k]) > end)
            end = at + strlen(PLACES[k]);
    return end;
}

/* The start of the character that ends before `at`. */
static size_t step_back(struct xt_str s, size_t at)
{
    do {
        at--;
    } while (at > 0 && ((unsigned char)s.s[at] & 0xC0) == 0x80);
    return at;
}

/* What names of institutions begin with, where the last author's name runs into it: "孙某中国科学院". */
static const char *const BEGINNINGS[] = {
    "中国",   "中央", "国家",   "全国", "解放军", "北京", "上海", "天津", "重庆", "河北", "山西", "内蒙古",
    "辽宁",   "吉林", "黑龙江", "江苏", "浙江",   "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南",
    "广东",   "广西", "海南",   "四川", "贵州",   "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆",
    "香港",   "澳门", "台湾",   "南方", "北方",   "西北", "西南", "东北", "东南", "华东", "华南", "华北",
    "华中",   "中南", "广州",   "深圳", "南京",   "武汉", "成都", "西安", "杭州", "苏州", "沈阳", "大连",
    "哈尔滨", "长春", "济南",   "青岛", "郑州",   "长沙", "福州", "厦门", "南昌", "合肥", "昆明", "贵阳",
    "兰州",   "太原", "石家庄", "首都", "清华",   "复旦", "同济", "中山", "暨南", "佛山", "东莞", "珠海",
};

static size_t past_names(struct xt_str block, size_t at)
{
    size_t word = place_word(block, at), best = SIZE_MAX, k;
    struct xt_str unit = part_of(block, at, word);

    if (!is_surname(unit))
        return at;
    for (k = 0; k < XT_COUNT(BEGINNINGS); k++) {
        size_t begin = xt_str_find(unit, xt_str(BEGINNINGS[k]));

        if (begin != SIZE_MAX && begin >= 6 && begin <= 18 && begin < best)
            best = begin;
        if (begin == 0)
            return at;
    }
    return best == SIZE_MAX ? at : at + best;
}

/* Where the affiliations begin: back from the first word for an institution to what divides it from the names. */
static size_t start_of_units(struct xt_str block, bool han)
{
    size_t at = place_word(block, 0), back;
    uint32_t c;

    if (at == SIZE_MAX)
        return block.n;
    while (at > 0) {
        back = step_back(block, at);
        (void)xt_utf8_decode(block.s + back, block.n - back, &c);
        if (c == '\n' || c == '(' || c == 0xFF08 || c == '[' || c == 0xFF3B || is_mark(c) || c == 0xFF1B || c == ';' ||
            (han && (c == 0xFF0C || c == ',' || is_space(c) || c == '.' || c == 0xFF0E || c == 0x3001)))
            break;
        at = back;
    }
    return han ? past_names(block, at) : at;
}

static void add_name(json_t *list, struct xt_str name)
{
    if (json_array_size(list) < NAMES_MAX && !list_has(list, name))
        json_array_append_new(list, xt_json_text(name));
}

/* A run of Chinese characters: one name, or several that begin with surnames and have two or three characters. */
static void add_han_run(json_t *list, struct xt_str run)
{
    static const char *const no_names[] = {"基金项目", "通信作者", "通讯作者", "作者简介",
                                           "收稿日期", "责任作者", "作者"};
    size_t length = run.n / 3, k; /* all of three bytes, but for a dot within a name */

    for (k = 0; k < XT_COUNT(no_names); k++)
        if (xt_str_is(run, no_names[k]))
            return;
    if (xt_str_find(run, XT_STR("·")) != SIZE_MAX && run.n > 8 && run.n < 80) {
        add_name(list, bare(run));
        return;
    }
    if (run.n % 3 != 0 || length < 2 || length > 12)
        return;
    if (length <= 3 || (length == 4 && !(is_surname(run) && is_surname(part_of(run, 6, run.n))))) {
        add_name(list, run);
        return;
    }
    while (run.n >= 6) {
        size_t left = run.n / 3, take = left == 4 || left == 2 ? 2 : 3;

        if (take == 3 && left > 3 && !is_surname(part_of(run, 9, run.n)) && is_surname(part_of(run, 6, run.n)))
            take = 2;
        if (!is_surname(run))
            return;
        add_name(list, part_of(run, 0, 3 * take));
        run = part_of(run, 3 * take, run.n);
    }
}

/* Names of Chinese characters: other signs divide them, a blank does not where a character stands alone ("王　敬"). */
static void add_han_names(json_t *list, struct xt_str s)
{
    struct xt_text run;
    size_t i = 0, n, in_word = 0, in_run = 0;
    uint32_t c;

    xt_text_init(&run, 4 * XT_KIB);
    while (i <= s.n) {
        n = i < s.n ? xt_utf8_decode(s.s + i, s.n - i, &c) : 1;
        if (i < s.n && is_han(c)) {
            xt_text_add(&run, s.s + i, n);
            in_word++;
            in_run++;
        } else if (i < s.n && is_space(c) && in_run == 1) {
            in_word = 0;
        } else {
            add_han_run(list, xt_text_view(&run));
            xt_text_clear(&run);
            in_word = in_run = 0;
        }
        i += n;
    }
    xt_text_done(&run);
}

static bool is_latin_name(struct xt_str s)
{
    size_t i, words = 1, capitals = 0;

    for (i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.s[i];

        words += c == ' ' && i + 1 < s.n && s.s[i + 1] != ' ';
        capitals += isupper(c) != 0;
        if (isdigit(c) || strchr("@:/=()[]", c))
            return false;
    }
    return s.n >= 5 && s.n <= 45 && words >= 2 && words <= 5 && capitals >= 2 && count_han(s) == 0;
}

/* Names in Latin letters, between commas, "and" and marks. */
static void add_latin_names(json_t *list, struct xt_str s)
{
    static const char *const dividers[] = {",", "，", ";", "；", "、", "\n", " and ", "&", "(", ")", "|", NULL};
    json_t *parts = json_array();
    const json_t *part;
    struct xt_text plain;
    size_t i = 0, n;
    uint32_t c;

    xt_text_init(&plain, 4 * s.n + 16);
    while (i < s.n) { /* marks become commas: "A. Bo1 C. Do2" */
        n = xt_utf8_decode(s.s + i, s.n - i, &c);
        if (is_mark(c) && c != '\'' && c != 0x2019)
            xt_text_add_char(&plain, ',');
        else
            xt_text_add(&plain, s.s + i, n);
        i += n;
    }
    add_divided(parts, xt_text_view(&plain), dividers, 60);
    json_array_foreach (parts, i, part) {
        struct xt_str name = {json_string_value(part), json_string_length(part)};

        if (xt_str_starts(name, "and "))
            name = part_of(name, 4, name.n);
        while (xt_str_ends(name, "'") || xt_str_ends(name, "’"))
            name.n -= xt_str_ends(name, "'") ? 1 : 3;
        if (is_latin_name(name))
            add_name(list, name);
    }
    json_decref(parts);
    xt_text_done(&plain);
}

/* "某大学北京" before a post code, "Some University, Wuhan 430081, China": without the place, without the code. */
static struct xt_str without_place(struct xt_str s, bool code_follows, bool han)
{
    size_t word = 0, next, i;

    if (!han) {
        for (i = 0; i + 1 < s.n; i++)
            if (isdigit((unsigned char)s.s[i]) && isdigit((unsigned char)s.s[i + 1]))
                return part_of(s, 0, i);
        return s;
    }
    for (next = place_word(s, 0); next != SIZE_MAX; next = place_word(s, next + 1))
        word = next;
    i = place_end(s, word);
    return code_follows && s.n - i >= 6 && s.n - i <= 18 ? part_of(s, 0, i) : s;
}

/* An institution without its place and post code: from a word for an institution on, the first comma or blank with no
 * such word behind it ends the name. */
static void add_unit(json_t *list, struct xt_str s, bool han)
{
    size_t i, end, word;
    struct xt_str whole;
    uint32_t c;

    s = bare(s);
    while (s.n > 0) { /* marks and brackets before it */
        size_t n = xt_utf8_decode(s.s, s.n, &c);

        if (!is_mark(c) && !strchr(".)(] ,:", (int)(c < 0x80 ? c : 'x')) && c != 0xFF08 && c != 0xFF09 && c != 0xFF0E)
            break;
        s = part_of(s, n, s.n);
    }
    whole = s;
    word = place_word(s, 0);
    if (word == SIZE_MAX)
        return;
    end = s.n;
    for (i = word; han && i < s.n;) {
        size_t n = xt_utf8_decode(s.s + i, s.n - i, &c);

        if ((c == ',' || c == 0xFF0C || is_space(c) || c == '(' || c == 0xFF08 || c == ')' || c == 0xFF09 ||
             is_mark(c) || c == 0x3002) &&
            place_word(s, i) == SIZE_MAX) {
            end = i;
            break;
        }
        i += n;
    }
    for (i = end; i < whole.n && whole.s[i] == ' ';)
        i++;
    s = bare(without_place(part_of(s, 0, end), i < whole.n && isdigit((unsigned char)whole.s[i]), han));
    if (s.n >= 9 && s.n <= 300 && (han ? count_han(s) >= 4 && s.n <= 150 : true) && json_array_size(list) < NAMES_MAX &&
        !list_has(list, s))
        json_array_append_new(list, xt_json_text(s));
}

/* Affiliations lie between semicolons, line breaks and the numbers before them. */
static void add_units(json_t *list, struct xt_str s, bool han)
{
    size_t i = 0, from = 0, n;
    uint32_t c, next = 0;

    while (i <= s.n) {
        bool divides = i == s.n;

        n = 1;
        if (!divides) {
            n = xt_utf8_decode(s.s + i, s.n - i, &c);
            if (i + n < s.n)
                (void)xt_utf8_decode(s.s + i + n, s.n - i - n, &next);
            divides = c == ';' || c == 0xFF1B || c == '\n' ||
                      (is_mark(c) && !isdigit((int)(next < 0x80 ? next : 'x')) && i > from &&
                       (han || !isdigit((unsigned char)s.s[i - 1])) && place_word(part_of(s, from, i), 0) != SIZE_MAX);
        }
        if (divides) {
            add_unit(list, part_of(s, from, i), han);
            from = i + n;
        }
        i += n;
    }
}

/* A page without the word "Abstract": the names end where long lines begin. */
static struct xt_str before_prose(struct xt_str block)
{
    struct xt_str rest = block, line;

    while (rest.n > 0) {
        size_t at = (size_t)(rest.s - block.s);

        line = xt_str_trim(xt_line_of(&rest));
        if ((line.n > 300 && place_word(line, 0) == SIZE_MAX) || xt_str_starts(line, "©") ||
            xt_str_starts(line, "$\\copyright") || xt_str_starts(line, "# ") || xt_str_starts(line, "*Corresp"))
            return part_of(block, 0, at);
    }
    return block;
}

static void take_people(json_t *object, struct xt_str block, bool han)
{
    json_t *authors = json_array(), *units = json_array();
    struct xt_text plain;
    size_t start;

    if (block.n > BLOCK_MAX)
        block.n = xt_utf8_clip(block.s, block.n, BLOCK_MAX);
    if (!han)
        block = before_prose(block);
    xt_text_init(&plain, 4 * block.n + 16);
    add_with_formulas(&plain, block);
    block = xt_text_view(&plain);
    start = start_of_units(block, han);
    if (han)
        add_han_names(authors, part_of(block, 0, start));
    else
        add_latin_names(authors, part_of(block, 0, start));
    add_units(units, part_of(block, start, block.n), han);
    if (json_array_size(authors) > 0)
        json_object_set(object, "authors", authors);
    if (json_array_size(units) > 0)
        json_object_set(object, "units", units);
    json_decref(authors);
    json_decref(units);
    xt_text_done(&plain);
}

/* ---- the page ---- */

static void add_part(const struct page *page, json_t *object, enum part part, const char *name)
{
    const struct found *label = label_of(page, part);
    struct xt_str text;

    if (!label)
        return;
    text = part_of(page->text, label->behind, next_border(page, label->behind));
    switch (part) {
    case PART_ABSTRACT:
    case PART_ABSTRACT_EN:
        while (xt_str_starts(text, ";") || xt_str_starts(text, ","))
            text = part_of(text, 1, text.n);
        text = xt_str_trim(text);
        if (xt_str_ends(text, "【") || xt_str_ends(text, "［"))
            text.n -= 3;
        add_text(object, name, text);
        break;
    case PART_KEYWORDS:
    case PART_KEYWORDS_EN:
        add_keywords(object, name, text);
        break;
    case PART_CLASS:
        add_classes(object, text);
        break;
    case PART_OTHER:
    case PARTS:
        break;
    }
}

/* Where the text proper begins at the latest: the first label, or the first section. */
static size_t end_of_top(const struct page *page, bool han)
{
    size_t end = page->text.n < 4000 ? page->text.n : 4000, i;

    for (i = 0; i < page->label_count; i++)
        if (page->labels[i].at < end && page->labels[i].part != PART_OTHER)
            end = page->labels[i].at;
    (void)han;
    return end;
}

/* The number a line begins with, in *out_n bytes with the blanks behind it; 0 for none. */
static unsigned line_number(struct xt_str line, size_t *out_n)
{
    unsigned number = 0;
    size_t n = 0, start;

    while (n < line.n && (line.s[n] == '#' || line.s[n] == ' '))
        n++;
    for (start = n; n < line.n && n < start + 3 && isdigit((unsigned char)line.s[n]); n++)
        number = 10 * number + (unsigned)(line.s[n] - '0');
    if (n < line.n && (isdigit((unsigned char)line.s[n]) || strchr(".-", line.s[n])))
        number = 0;
    while (number > 0 && n < line.n && line.s[n] == ' ')
        n++;
    *out_n = n - start;
    return number;
}

/* Manuscripts have numbers at their lines, which OCR takes for text: "1 Title", "2 Names". Appends text without them. */
static void add_without_numbers(struct xt_text *out, struct xt_str text)
{
    struct xt_str rest = part_of(text, 0, 1500), line;
    unsigned last = 0, number;
    size_t ascending = 0, lines = 0, n;

    while (rest.n > 0) {
        line = xt_line_of(&rest);
        if (xt_str_trim(line).n == 0)
            continue;
        number = line_number(line, &n);
        lines++;
        ascending += number > last && number <= last + 4;
        last = number > last && number <= last + 4 ? number : last;
    }
    if (ascending < 4 || 2 * ascending < lines) {
        xt_text_add_str(out, text);
        return;
    }
    while (text.n > 0) {
        line = xt_line_of(&text);
        if (line_number(line, &n) > 0) {
            while (line.n > 0 && (*line.s == '#' || *line.s == ' ')) {
                xt_text_add_char(out, *line.s);
                line = part_of(line, 1, line.n);
            }
            line = part_of(line, n, line.n);
        }
        xt_text_add_str(out, line);
        xt_text_add_char(out, '\n');
    }
}

void xt_front_matter_read(struct xt_str raw, json_t *object)
{
    XT_AUTO(xt_text_done) struct xt_text plain = {0};
    struct xt_str text, top;
    struct page *page = xt_calloc(1, sizeof *page);
    const struct found *english;
    size_t end, behind, border;
    bool han;

    xt_text_init(&plain, raw.n + 16);
    add_without_numbers(&plain, raw);
    text = xt_text_view(&plain);
    top = part_of(text, 0, 1500);
    han = 4 * count_han(top) > count_letters(top) || count_han(part_of(text, 0, 300)) >= 10;
    page->text = text;
    find_labels(page);
    find_headings(page);
    end = end_of_top(page, han);
    behind = take_title(page, object, "title", 0, end, han, false);
    if (behind == 0)
        behind = take_first_line(page, object, end, han);
    border = next_border(page, behind);
    if (border < end && border > behind && place_word(part_of(text, behind, border), 0) == SIZE_MAX)
        border = end; /* a heading or a line about the paper among the names */
    take_people(object, part_of(text, behind, border < end ? border : end), han);
    json_object_set_new(object, "language", json_string(han ? "zh" : "en"));
    add_part(page, object, PART_CLASS, "clc");
    add_doi(object, part_of(text, 0, 3000));
    english = label_of(page, PART_ABSTRACT_EN);
    if (han) {
        add_part(page, object, PART_ABSTRACT, "abstract");
        add_part(page, object, PART_KEYWORDS, "keywords");
        add_part(page, object, PART_ABSTRACT_EN, "abstract_en");
        add_part(page, object, PART_KEYWORDS_EN, "keywords_en");
        (void)take_title(page, object, "title_en", 0, english ? english->at : text.n, false, english != NULL);
    } else {
        add_part(page, object, PART_ABSTRACT_EN, "abstract");
        add_part(page, object, PART_KEYWORDS_EN, "keywords");
    }
    free(page);
}
