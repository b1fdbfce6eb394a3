/* mapping_members.c - the members of a mapping as tables: what may stand where. Checking and the JSON Schema read them. */
#include <string.h>

#include "base/json.h"
#include "exchange/mapping_priv.h"

static const struct member mapping_rows[] = {
    {"$schema", M_TEXT, NULL, false, "编辑器所用的说明（JSON Schema）的地址", "Address of the schema, for editors"},
    {"label", M_WORDS, NULL, false, "映射的名称", "What the mapping is called"},
    {"about", M_WORDS, NULL, false, "给人看的说明", "A note for people"},
    {"licence", M_WORDS, NULL, false, "数据的使用许可，如 CC BY 4.0", "Licence of the data, such as CC BY 4.0"},
    {"input", M_OBJECT, &members_input, false, "文件的情况", "About the file"},
    {"namespace", M_TEXT, NULL, true, "来源键的第一段；同一来源的映射用同一个",
     "First part of the source keys; mappings of one source share it"},
    {"empty", M_TEXTS, NULL, false, "在任何列中都表示“没有”的文字", "Texts that mean nothing, in every column"},
    {"carry", M_FIELDS, NULL, false, "留给下面各行的值：{名称: 取值}，外层在前",
     "Values that stay for the rows below: {name: value}, outer ones first"},
    {"skip_if", M_SKIP, NULL, false, "满足其中一条的行不是数据", "Conditions; a row for which one holds is no data"},
    {"remember", M_OBJECTS, &members_memory, false, "供后面的行使用的值", "What later rows may use"},
    {"records", M_OBJECTS, &members_record, true, "一行得到的记录，主记录在前",
     "What a row makes, the main record first"},
    {.name = NULL},
};
static const struct member input_rows[] = {
    {"formats", M_TEXTS, NULL, false, "格式（备注）", "Formats, a note"},
    {"head", M_INTEGER, NULL, false, "表头在第几行，从 1 起", "Row of the head, from 1"},
    {"heads", M_TEXTS, NULL, false, "帮助找到表头的列名", "Names that help to find the head"},
    {"columns", M_TEXTS, NULL, false, "没有表头的文件的列名", "Names of the columns of a file without head"},
    {"charset", M_TEXT, NULL, false, "字符集，如 gb18030", "Character set such as gb18030"},
    {"delimiter", M_TEXT, NULL, false, "分隔列的字符", "Character between columns"},
    {"sheet", M_TEXT, NULL, false, "工作表的名称或序号", "Name or number of the sheet"},
    {"lists", M_TEXTS, NULL, false, "格内是程序打印的列表的列",
     "Columns whose cells hold lists as programs print them"},
    {"gather", M_OBJECT, &members_gather, false, "几行合为一行", "Several rows that are one row"},
    {"as", M_TEXT, NULL, false, "读法，如 ris、bibtex、xml、front-matter；通常可自行识别",
     "How to read it, such as ris, bibtex, xml, front-matter; mostly found out"},
    {"records", M_TEXT, NULL, false, "XML：一条记录的元素路径，如 volume/paper；SQL 转储：表名",
     "XML: path of the elements that are records, such as volume/paper; SQL dumps: a table"},
    {.name = NULL},
};
static const struct member gather_rows[] = {
    {"by", M_TEXTS, NULL, true, "这些列相同的行合为一行", "Rows that agree in these columns are one row"},
    {"name", M_TEXT, NULL, false, "长表：写有列名的列", "Long tables: the column that names a column"},
    {"value", M_TEXT, NULL, false, "长表：写有值的列", "Long tables: the column with its value"},
    {.name = NULL},
};
static const struct member record_rows[] = {
    {"type", M_TYPE, NULL, true, "记录类型", "Record type"},
    {"about", M_WORDS, NULL, false, "给人看的说明", "A note for people"},
    {"per", M_VALUE, NULL, false, "取值：每个值一条记录，在记录中写作 {}",
     "A value: one record for each text it gives, which is {} in the record"},
    {"when", M_CONDITIONS, NULL, false, "何时有这条记录", "When there is such a record"},
    {"key", M_KEY, NULL, false, "来源键：模板、取值，或依次尝试的几个",
     "Source key: a template, a value, or alternatives of which the first that gives something counts"},
    {"part", M_REF, NULL, false, "同一键的哪一份来源，如年度；各份并为一条记录",
     "Which of several sources under the key, such as a year; together they are one record"},
    {"fields", M_FIELDS, NULL, true, "各字段的取值", "Values of the fields"},
    {"deleted", M_CONDITIONS, NULL, false, "何时表示来源已删除", "When the source says that it is gone"},
    {.name = NULL},
};
static const struct member condition_rows[] = {
    {"column", M_TEXT, NULL, true, "列名或路径", "Column or path"},
    {"is", M_TEXTS, NULL, false, "等于其中之一", "Is one of these"},
    {"not", M_TEXTS, NULL, false, "不等于其中任何一个", "Is none of these"},
    {"empty", M_BOOL, NULL, false, "为空（true）或不为空（false）", "Is empty (true) or filled (false)"},
    {"matches", M_TEXT, NULL, false, "符合正则表达式", "Matches the regular expression"},
    {"unlike", M_TEXT, NULL, false, "不符合正则表达式", "Does not match the regular expression"},
    {.name = NULL},
};
static const struct member memory_rows[] = {
    {"name", M_TEXT, NULL, true, "名称", "Its name"},
    {"when", M_CONDITIONS, NULL, false, "何时记住", "When it is remembered"},
    {"key", M_VALUE, NULL, true, "按什么记", "Under what it is remembered"},
    {"value", M_VALUE, NULL, true, "记住什么", "What is remembered"},
    {.name = NULL},
};
static const struct member value_rows[] = {
    {"about", M_WORDS, NULL, false, "给人看的说明", "A note for people"},
    {"from", M_TEXTS, NULL, false, "列，或依次尝试的几列", "A column, or the first of several that is not empty"},
    {"text", M_TEXTS, NULL, false, "模板：花括号中为列名", "A template with columns in braces"},
    {"all", M_VALUES, NULL, false, "几个取值合在一起", "The values of several values together"},
    {"value", M_ANY, NULL, false, "固定值", "A constant"},
    {"recall", M_TEXT, NULL, false, "前面的行记住的值", "What an earlier row told (see remember)"},
    {"each", M_TEXTS, NULL, false, "JSON：一条或几条路径的每个元素一个链接或一组",
     "JSON: one link or group for each element of a path, or of several"},
    {"when", M_CONDITIONS, NULL, false, "何时才有值", "Conditions under which there is a value"},
    {"strip", M_TEXT, NULL, false, "去掉两端的这些字符", "Takes these characters off both ends"},
    {"split", M_TEXT, NULL, false, "在其中任一字符处分开", "Divides at any of these characters"},
    {"extract", M_TEXT, NULL, false, "正则表达式（POSIX ERE）：取第一组",
     "Regular expression (POSIX ERE): its first group"},
    {"empty", M_TEXTS, NULL, false, "表示“没有”的文字，代替整个映射的",
     "Texts that mean nothing, in place of the mapping's"},
    {"map", M_MAP, NULL, false, "替换：{原文: 新值}，空文字为舍去", "Replaces: {from: to}; an empty text drops"},
    {"as", M_TEXT, NULL, false, "套在值外的模板", "A template around the value"},
    {"hash", M_BOOL, NULL, false, "折叠后文字的散列值", "32 hex digits of the folded text"},
    {"fold", M_BOOL, NULL, false, "按检索的方式折叠", "Folded as search folds it"},
    {"first", M_BOOL, NULL, false, "只取第一个值", "Only the first value"},
    {"last", M_BOOL, NULL, false, "只取最后一个值", "Only the last value"},
    {"rest", M_BOOL, NULL, false, "第一个值以外的值", "All but the first value"},
    {"longest", M_INTEGER, NULL, false, "舍去更长的值（字符数）", "Leaves out values of more characters"},
    {"clip", M_INTEGER, NULL, false, "截断更长的值（字符数），加省略号",
     "Cuts longer values (characters) and adds dots"},
    {"join", M_TEXT, NULL, false, "用这段文字连成一个值", "One value of all, with this text between"},
    {"otherwise", M_ANY, NULL, false, "没有值时的字段值", "The field's value where there is none"},
    {"unknown", M_TEXT, NULL, false, "不在代码表中的文字：drop 舍去，或代替它的代码",
     "Codes: drop, or the code for texts that are neither code nor label"},
    {"place", M_TEXT, NULL, false, "地区代码表的名称：开头的地名变为其代码",
     "Name of the list of areas: the names of places at the beginning become a code"},
    {"unit", M_TEXT, NULL, false, "金额单位：分、元、千元、万元、百万元、亿元",
     "Unit of money: 分, 元, 千元, 万元, 百万元, 亿元, fen, yuan"},
    {"date", M_TEXT, NULL, false, "日期次序：d/m/y、m/d/y 或 excel", "Order of dates: d/m/y, m/d/y or excel"},
    {"label", M_VALUE, NULL, false, "链接：显示的文字", "Links: the text shown"},
    {"key", M_TEXTS, NULL, false, "链接：对方来源键的模板", "Links: templates of the target's key in this namespace"},
    {"to", M_TEXT, NULL, false, "链接：对方的类型", "Links: type of the target"},
    {"ref", M_REF, NULL, false, "链接：其他引用", "Links: any other reference, a template or a value"},
    {"fields", M_FIELDS, NULL, false, "组内各字段的取值", "Groups: values for its fields"},
    {.name = NULL},
};

const struct members members_mapping = {"mapping", mapping_rows};
const struct members members_input = {"input", input_rows};
const struct members members_gather = {"gather", gather_rows};
const struct members members_record = {"record", record_rows};
const struct members members_condition = {"condition", condition_rows};
const struct members members_memory = {"memory", memory_rows};
const struct members members_value = {"value", value_rows};

const struct member *xt_members_find(const struct members *members, const char *name)
{
    const struct member *row;

    for (row = members->rows; row->name; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

static bool are_texts(const json_t *value)
{
    const json_t *item;
    size_t i;

    json_array_foreach (value, i, item) {
        if (!json_is_string(item))
            return false;
    }
    return true;
}

enum xt_msg xt_member_fault(const struct member *member, const json_t *value)
{
    switch (member->kind) {
    case M_TEXT:
        return json_is_string(value) ? XT_MSG_NONE : XT_MSG_NOT_TEXT;
    case M_TEXTS:
        if (!json_is_string(value) && !json_is_array(value))
            return XT_MSG_NOT_TEXTS;
        return are_texts(value) ? XT_MSG_NONE : XT_MSG_NOT_TEXT;
    case M_BOOL:
        return json_is_boolean(value) ? XT_MSG_NONE : XT_MSG_NOT_BOOL;
    case M_INTEGER:
        return json_is_integer(value) && json_integer_value(value) > 0 ? XT_MSG_NONE : XT_MSG_NOT_INTEGER;
    case M_WORDS:
        return json_is_object(value) || json_is_string(value) ? XT_MSG_NONE : XT_MSG_NOT_WORDS;
    case M_OBJECT:
    case M_MAP:
        return json_is_object(value) ? XT_MSG_NONE : XT_MSG_NOT_OBJECT;
    case M_OBJECTS:
    case M_SKIP:
    case M_VALUES:
        return json_is_array(value) ? XT_MSG_NONE : XT_MSG_NOT_ARRAY;
    case M_ANY: /* the rest is looked at where it is compiled */
    case M_TYPE:
    case M_CONDITIONS:
    case M_KEY:
    case M_VALUE:
    case M_REF:
    case M_FIELDS:
        break;
    }
    return XT_MSG_NONE;
}
