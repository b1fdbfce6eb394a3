/* catalog_schemas.c - what the room's routes answer, as component schemas of the API description. */
#include "catalog/catalog_priv.h"

#define STRING_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define LABELLED \
    "\"type\":\"object\",\"required\":[\"name\",\"label\"],\"properties\":{\"name\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"}}"

const struct xt_schema xt_catalog_schemas[] = {
    {"Labels", "{\"type\":\"object\",\"description\":\"A label in both languages.\",\"required\":[\"zh\",\"en\"],"
               "\"properties\":{\"zh\":{\"type\":\"string\"},\"en\":{\"type\":\"string\"}}}"},
    {"Node",
     "{\"type\":\"object\",\"description\":\"This node.\","
     "\"required\":[\"name\",\"region\",\"area\",\"version\",\"time_zone\",\"seq\",\"total\",\"counts\",\"facets\",\"index\"],"
     "\"properties\":{\"name\":{\"type\":\"string\"},\"region\":{\"$ref\":\"#/components/schemas/Labels\"},"
     "\"area\":" STRING_OR_NULL
     ",\"version\":{\"type\":\"string\"},\"time_zone\":{\"type\":\"string\"},\"seq\":{\"type\":\"integer\"},"
     "\"total\":{\"type\":\"integer\"},"
     "\"counts\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}},"
     "\"facets\":{\"type\":\"array\",\"items\":{" LABELLED "}},"
     "\"index\":{\"type\":\"object\",\"required\":[\"engine\",\"reached\",\"seq\",\"state\"],\"properties\":{"
     "\"engine\":{\"type\":\"string\"},\"reached\":{\"type\":\"integer\"},\"seq\":{\"type\":\"integer\"},"
     "\"state\":{\"type\":\"string\",\"enum\":[\"ready\",\"catching-up\",\"rebuilding\"]}}}}}"},
    {"Field",
     "{\"type\":\"object\",\"description\":\"A field of a record type.\",\"required\":[\"name\",\"label\",\"kind\"],"
     "\"properties\":{\"name\":{\"type\":\"string\"},\"label\":{\"$ref\":\"#/components/schemas/Labels\"},"
     "\"kind\":{\"type\":\"string\",\"enum\":[\"string\",\"text\",\"integer\",\"decimal\",\"money\",\"bool\",\"date\","
     "\"year\",\"code\",\"identifier\",\"url\",\"email\",\"link\",\"group\"]},"
     "\"required\":{\"type\":\"boolean\"},\"many\":{\"type\":\"boolean\"},\"codes\":{\"type\":\"string\"},"
     "\"scheme\":{\"type\":\"string\"},\"role\":{\"type\":\"string\"},"
     "\"to\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"unit\":{\"type\":\"string\"},"
     "\"visibility\":{\"type\":\"string\",\"enum\":[\"public\",\"member\",\"officer\",\"private\"]},"
     "\"fields\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Field\"}}},"
     "\"additionalProperties\":true}"},
    {"Type",
     "{\"type\":\"object\",\"description\":\"A record type as its file says, and how many records there are.\","
     "\"required\":[\"type\",\"label\",\"title\",\"fields\",\"count\"],"
     "\"properties\":{\"type\":{\"type\":\"string\"},\"label\":{\"$ref\":\"#/components/schemas/Labels\"},"
     "\"description\":{\"$ref\":\"#/components/schemas/Labels\"},\"title\":{\"type\":\"string\"},"
     "\"order\":{\"type\":\"integer\"},\"fields\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Field\"}},"
     "\"facts\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
     "\"sections\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
     "\"label\":{\"$ref\":\"#/components/schemas/Labels\"},"
     "\"fields\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}},"
     "\"gather\":{\"type\":\"object\",\"properties\":{\"facet\":{\"type\":\"string\"},\"by\":{\"type\":\"string\"},"
     "\"links\":{\"type\":\"boolean\"},\"show\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}},"
     "\"count\":{\"type\":\"integer\"}},\"additionalProperties\":true}"},
    {"TypeList",
     "{\"type\":\"object\",\"description\":\"All record types, with the labels of link roles and identifier schemes.\","
     "\"required\":[\"items\",\"roles\",\"schemes\",\"resolvers\"],\"properties\":{"
     "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Type\"}},"
     "\"roles\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\",\"properties\":{"
     "\"label\":{\"type\":\"string\"},\"inverse\":{\"type\":\"string\"}}}},"
     "\"schemes\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},"
     "\"resolvers\":{\"type\":\"object\",\"description\":\"By scheme, the beginning of the address where one is looked up.\","
     "\"additionalProperties\":{\"type\":\"string\"}}}}"},
    {"TourExample",
     "{\"type\":\"object\",\"description\":\"A search, or what is typed for suggestions; total is what it finds he"
     "re now.\",\"required\":[\"says\",\"total\",\"relation\"],\"properties\":{\"says\":{\"type\":\"string\"},\"pa"
     "rams\":{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"description\":\""
     "Of a search: names and values, in order; a value is empty where the record it starts from is not here.\"},\""
     "overview\":{\"type\":\"boolean\",\"description\":\"To be seen from above, at /overview.\"},\"typed\":{\"type"
     "\":\"string\",\"description\":\"In the search box, for suggestions.\"},\"suggestions\":{\"type\":\"array\",\""
     "items\":{\"$ref\":\"#/components/schemas/Suggestion\"}},\"total\":{\"type\":\"integer\"},\"relation\":{\"typ"
     "e\":\"string\",\"enum\":[\"eq\",\"gte\"]},\"understood\":{\"type\":[\"string\",\"null\"]},\"ignored\":{\"typ"
     "e\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"text\",\"reason\"],\"properties\":{\"text\":{\""
     "type\":\"string\"},\"reason\":{\"type\":\"string\"}}}},\"synonyms\":{\"type\":\"array\",\"items\":{\"type\":"
     "\"object\",\"required\":[\"word\",\"also\"],\"properties\":{\"word\":{\"type\":\"string\"},\"also\":{\"type\""
     ":\"string\"}}}}}}"},
    {"Tour",
     "{\"type\":\"object\",\"description\":\"Steps from simple to advanced.\",\"required\":[\"items\"],\"propertie"
     "s\":{\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"label\",\"about\""
     ",\"examples\"],\"properties\":{\"name\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"},\"about\":{\"t"
     "ype\":\"string\"},\"examples\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/TourExample\"}"
     "}}}}}}"},
    {"Term",
     "{\"type\":\"object\",\"description\":\"A word explained.\",\"required\":[\"name\",\"kind\",\"label\",\"other"
     "_label\",\"about\",\"source\",\"of\"],\"properties\":{\"name\":{\"type\":\"string\",\"description\":\"Its pl"
     "ace on the page /glossary.\"},\"kind\":{\"type\":\"string\",\"enum\":[\"term\",\"type\",\"identifier\"]},\"l"
     "abel\":{\"type\":\"string\"},\"other_label\":{\"type\":\"string\",\"description\":\"In the other language.\""
     "},\"about\":{\"type\":\"string\"},\"source\":{\"type\":[\"string\",\"null\"]},\"of\":{\"type\":[\"string\",\""
     "null\"],\"description\":\"The name of the type or kind of identifier.\"}}}"},
    {"Glossary",
     "{\"type\":\"object\",\"description\":\"The terms whose names begin so first, then in pinyin order.\",\"requi"
     "red\":[\"total\",\"items\"],\"properties\":{\"total\":{\"type\":\"integer\"},\"items\":{\"type\":\"array\",\""
     "items\":{\"$ref\":\"#/components/schemas/Term\"}}}}"},
    {"Working",
     "{\"type\":\"object\",\"description\":\"Check characters worked out: value times weight of each sign, summed;"
     " the rest by the modulus decides.\",\"required\":[\"parts\",\"sum\",\"modulus\",\"rest\",\"given\",\"expecte"
     "d\"],\"properties\":{\"parts\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"sign\",\"v"
     "alue\",\"weight\"],\"properties\":{\"sign\":{\"type\":\"string\"},\"value\":{\"type\":\"integer\"},\"weight\""
     ":{\"type\":\"integer\"}}}},\"sum\":{\"type\":\"integer\"},\"modulus\":{\"type\":\"integer\"},\"rest\":{\"typ"
     "e\":\"integer\"},\"given\":{\"type\":\"string\"},\"expected\":{\"type\":\"string\"}}}"},
    {"IdentifierKind",
     "{\"type\":\"object\",\"description\":\"A kind of identifier.\",\"required\":[\"name\",\"label\",\"about\",\""
     "form\",\"rule\",\"standard\",\"example\",\"resolve\",\"working\",\"fields\"],\"properties\":{\"name\":{\"typ"
     "e\":\"string\"},\"label\":{\"type\":\"string\"},\"about\":{\"type\":[\"string\",\"null\"]},\"form\":{\"type\""
     ":[\"string\",\"null\"]},\"rule\":{\"type\":\"string\"},\"standard\":{\"type\":[\"string\",\"null\"]},\"examp"
     "le\":{\"type\":[\"string\",\"null\"]},\"resolve\":{\"type\":[\"string\",\"null\"],\"description\":\"Beginnin"
     "g of the address where one is looked up.\"},\"working\":{\"oneOf\":[{\"$ref\":\"#/components/schemas/Working"
     "\"},{\"type\":\"null\"}]},\"fields\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"type"
     "\",\"type_label\",\"field\",\"label\",\"identity\"],\"properties\":{\"type\":{\"type\":\"string\"},\"type_la"
     "bel\":{\"type\":\"string\"},\"field\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"},\"identity\":{\""
     "type\":\"boolean\",\"description\":\"Equal ones are one record.\"}}}}}}"},
    {"IdentifierKinds",
     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"$re"
     "f\":\"#/components/schemas/IdentifierKind\"}}}}"},
    {"Identifier",
     "{\"type\":\"object\",\"description\":\"One identifier: whether it is well formed, and which records have it."
     "\",\"required\":[\"scheme\",\"label\",\"given\",\"good\",\"value\",\"says\",\"mended\",\"working\",\"records"
     "\",\"more\"],\"properties\":{\"scheme\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"},\"given\":{\"t"
     "ype\":\"string\"},\"good\":{\"type\":\"boolean\"},\"value\":{\"type\":[\"string\",\"null\"],\"description\":"
     "\"In the form in which it is kept.\"},\"says\":{\"type\":\"string\"},\"mended\":{\"type\":[\"string\",\"null"
     "\"],\"description\":\"With the check characters that it must have, where those alone are wrong.\"},\"working"
     "\":{\"oneOf\":[{\"$ref\":\"#/components/schemas/Working\"},{\"type\":\"null\"}]},\"records\":{\"type\":\"arr"
     "ay\",\"items\":{\"type\":\"object\",\"required\":[\"key\",\"type\",\"type_label\",\"title\"],\"properties\":"
     "{\"key\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"},\"type_label\":{\"type\":\"string\"},\"title\""
     ":{\"type\":\"string\"}}}},\"more\":{\"type\":\"boolean\"}}}"},
    {"CrossSide",
     "{\"type\":\"object\",\"description\":\"The rows or columns of a table: values of a facet; count: records in any column or row. "
     "path: the code they lie under, behind those above it.\",\"required\":[\"facet\",\"label\",\"path\",\"values\"],"
     "\"properties\":{\"facet\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"},"
     "\"path\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"value\",\"label\"],"
     "\"properties\":{\"value\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"}}}},"
     "\"values\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"value\",\"label\",\"count\"],"
     "\"properties\":{\"value\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"},\"count\":{\"type\":\"integer\"}}}}}}"},
    {"Cross",
     "{\"type\":\"object\",\"description\":\"How many records hold a value of the row and one of the column, each once.\","
     "\"required\":[\"total\",\"relation\",\"rows\",\"columns\",\"counts\",\"took_us\"],\"properties\":{"
     "\"total\":{\"type\":\"integer\"},\"relation\":{\"type\":\"string\",\"enum\":[\"eq\",\"gte\"]},"
     "\"rows\":{\"$ref\":\"#/components/schemas/CrossSide\"},\"columns\":{\"$ref\":\"#/components/schemas/CrossSide\"},"
     "\"counts\":{\"type\":\"array\",\"description\":\"A row of numbers for each row.\",\"items\":{\"type\":\"array\","
     "\"items\":{\"type\":\"integer\"}}},\"took_us\":{\"type\":\"integer\"}}}"},
    {"JsonSchema", "{\"type\":\"object\",\"description\":\"A JSON Schema 2020-12.\",\"additionalProperties\":true}"},
    {"CodeList",
     "{\"type\":\"object\",\"description\":\"A code list, or the part of it that was asked for.\","
     "\"required\":[\"list\",\"label\",\"open\",\"items\",\"total\"],\"properties\":{"
     "\"list\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"},"
     "\"open\":{\"type\":\"boolean\",\"description\":\"Codes that are not listed are accepted too.\"},"
     "\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"code\",\"label\",\"parent\"],"
     "\"properties\":{\"code\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"},\"parent\":" STRING_OR_NULL "}}},"
     "\"total\":{\"type\":\"integer\"}}}"},
    {"Fact",
     "{\"type\":\"object\",\"description\":\"A field's value in words.\",\"required\":[\"field\",\"label\",\"value\"],"
     "\"properties\":{\"field\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"},\"value\":{\"type\":\"string\"}}}"},
    {"SearchItem",
     "{\"type\":\"object\",\"description\":\"A record that matches.\","
     "\"required\":[\"key\",\"type\",\"type_label\",\"title\",\"highlight\",\"area\",\"area_label\",\"year\",\"facts\","
     "\"updated\"],\"properties\":{\"key\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"},"
     "\"type_label\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
     "\"highlight\":{\"type\":\"object\",\"description\":\"Plain text; each hit stands between U+0002 and U+0003.\","
     "\"required\":[\"title\",\"text\",\"field\"],\"properties\":{\"title\":{\"type\":\"string\"},\"text\":" STRING_OR_NULL
     ",\"field\":" STRING_OR_NULL "}},"
     "\"area\":" STRING_OR_NULL ",\"area_label\":" STRING_OR_NULL ",\"year\":{\"type\":[\"integer\",\"null\"]},"
     "\"facts\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Fact\"}},"
     "\"updated\":{\"type\":\"string\",\"format\":\"date-time\"}}}"},
    {"FacetCount",
     "{\"type\":\"object\",\"required\":[\"value\",\"label\",\"count\"],\"properties\":{\"value\":{\"type\":\"string\"},"
     "\"label\":{\"type\":\"string\"},\"count\":{\"type\":\"integer\"},"
     "\"parent\":{\"type\":\"string\",\"description\":\"The value above it, in a facet that is a tree.\"}}}"},
    {"SearchAnswer",
     "{\"type\":\"object\",\"description\":\"Matches, facet counts over all of them, and how the query was read.\","
     "\"required\":[\"total\",\"relation\",\"looked\",\"items\",\"facets\",\"facet_labels\",\"facet_distinct\",\"query\",\"relaxed\",\"next\","
     "\"took_us\"],\"properties\":{"
     "\"total\":{\"type\":\"integer\"},"
     "\"relation\":{\"type\":\"string\",\"enum\":[\"eq\",\"gte\"],\"description\":\"gte: at least so many; time ran out.\"},"
     "\"looked\":{\"type\":\"number\",\"minimum\":0,\"maximum\":1,\"description\":\"Share of all records that was looked at; 1 unless time ran out.\"},"
     "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/SearchItem\"}},"
     "\"facets\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"array\",\"items\":"
     "{\"$ref\":\"#/components/schemas/FacetCount\"}}},"
     "\"facet_labels\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},"
     "\"facet_distinct\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}},"
     "\"query\":{\"type\":\"object\",\"required\":[\"text\",\"understood\",\"ignored\",\"synonyms\"],\"properties\":{"
     "\"text\":{\"type\":\"string\"},\"understood\":" STRING_OR_NULL ",\"ignored\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"text\",\"reason\"],\"properties\":{\"text\":{\"type\":\"string\"},"
     "\"reason\":{\"type\":\"string\"}}}},"
     "\"synonyms\":{\"type\":\"array\",\"description\":\"What was looked for beside the words.\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"word\",\"also\"],\"properties\":{\"word\":{\"type\":\"string\"},"
     "\"also\":{\"type\":\"string\"}}}}}},"
     "\"relaxed\":{\"type\":\"array\",\"description\":\"Where nothing was found: what would be with less asked for.\","
     "\"items\":{\"$ref\":\"#/components/schemas/Relaxed\"}},"
     "\"next\":" STRING_OR_NULL ",\"took_us\":{\"type\":\"integer\"}}}"},
    {"Relaxed",
     "{\"type\":\"object\",\"description\":\"A search with less asked for: q and match instead, and without the filter named.\","
     "\"required\":[\"how\",\"q\",\"match\",\"filter\",\"part\",\"total\",\"relation\"],\"properties\":{"
     "\"how\":{\"type\":\"string\",\"enum\":[\"synonyms\",\"pieces\",\"filter\",\"word\"],\"description\":"
     "\"synonyms: with those of the words, syn left out; pieces: any piece of the words; filter: without a filter; word: without a word or condition of the query.\"},"
     "\"q\":{\"type\":\"string\"},\"match\":{\"type\":\"string\",\"enum\":[\"phrase\",\"pieces\"]},"
     "\"filter\":" STRING_OR_NULL ","
     "\"part\":{\"type\":[\"string\",\"null\"],\"description\":\"What is left out, in words.\"},"
     "\"total\":{\"type\":\"integer\"},\"relation\":{\"type\":\"string\",\"enum\":[\"eq\",\"gte\"]}}}"},
    {"Suggestion",
     "{\"type\":\"object\",\"description\":\"A type, a place or a term stands for the value of a facet; a record has a key.\","
     "\"required\":[\"kind\",\"label\",\"marked\",\"note\"],\"properties\":{"
     "\"kind\":{\"type\":\"string\",\"enum\":[\"type\",\"place\",\"term\",\"record\"]},"
     "\"label\":{\"type\":\"string\"},"
     "\"marked\":{\"type\":\"string\",\"description\":\"The label with what was typed between U+0002 and U+0003; another name that was found stands behind it.\"},"
     "\"note\":{\"type\":[\"string\",\"null\"],\"description\":\"What lies above a place, the facet of a term, the type of a record.\"},"
     "\"facet\":{\"type\":\"string\"},\"value\":{\"type\":\"string\"},"
     "\"key\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"}}}"},
    {"Suggestions",
     "{\"type\":\"object\",\"description\":\"By kind, the best of each first.\","
     "\"required\":[\"items\",\"complete\",\"took_us\"],\"properties\":{"
     "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Suggestion\"}},"
     "\"complete\":{\"type\":\"boolean\",\"description\":\"false: the time was up before all titles were looked at.\"},"
     "\"took_us\":{\"type\":\"integer\"}}}"},
    {"Link", "{\"type\":\"object\",\"description\":\"A link of a record; key is null until its target is here.\","
             "\"required\":[\"field\",\"role\",\"role_label\",\"label\",\"key\",\"type\"],\"properties\":{"
             "\"field\":{\"type\":\"string\"},\"role\":{\"type\":\"string\"},\"role_label\":{\"type\":\"string\"},"
             "\"label\":{\"type\":\"string\"},\"key\":" STRING_OR_NULL ",\"type\":" STRING_OR_NULL ","
             "\"deleted\":{\"type\":\"boolean\"},\"scheme\":{\"type\":\"string\"},\"value\":{\"type\":\"string\"}}}"},
    {"BacklinkItem",
     "{\"type\":\"object\",\"required\":[\"key\",\"title\",\"date\"],\"properties\":{\"key\":{\"type\":\"string\"},"
     "\"title\":{\"type\":\"string\"},\"date\":" STRING_OR_NULL "}}"},
    {"BacklinkGroup",
     "{\"type\":\"object\",\"description\":\"Records of one type that link here in one role, newest first.\","
     "\"required\":[\"type\",\"type_label\",\"field\",\"role\",\"role_label\",\"total\",\"relation\",\"items\"],\"properties\":{"
     "\"type\":{\"type\":\"string\"},\"type_label\":{\"type\":\"string\"},\"field\":{\"type\":\"string\"},"
     "\"role\":{\"type\":\"string\"},\"role_label\":{\"type\":\"string\"},\"total\":{\"type\":\"integer\"},"
     "\"relation\":{\"type\":\"string\",\"enum\":[\"eq\",\"gte\"],\"description\":\"gte: at least so many.\"},"
     "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/BacklinkItem\"}}}}"},
    {"Backlinks",
     "{\"type\":\"object\",\"required\":[\"total\",\"items\",\"next\"],\"properties\":{\"type\":{\"type\":\"string\"},"
     "\"type_label\":{\"type\":\"string\"},\"field\":{\"type\":\"string\"},\"role\":{\"type\":\"string\"},"
     "\"role_label\":{\"type\":\"string\"},\"total\":{\"type\":\"integer\"},"
     "\"relation\":{\"type\":\"string\",\"enum\":[\"eq\",\"gte\"]},"
     "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/BacklinkItem\"}},"
     "\"next\":" STRING_OR_NULL "}}"},
    {"Source",
     "{\"type\":\"object\",\"description\":\"What one source said; the record is the fold over its sources.\","
     "\"required\":[\"node\",\"source_key\",\"origin\",\"datestamp\",\"deleted\"],\"properties\":{"
     "\"node\":{\"type\":\"string\"},\"source_key\":{\"type\":\"string\"},"
     "\"origin\":{\"type\":\"string\",\"enum\":[\"local\",\"import\",\"harvest\"]},\"mapping\":{\"type\":\"string\"},"
     "\"file\":{\"type\":\"string\"},\"row\":{\"type\":\"integer\"},"
     "\"datestamp\":{\"type\":\"string\",\"format\":\"date-time\"},\"deleted\":{\"type\":\"boolean\"}}}"},
    {"Record",
     "{\"type\":\"object\",\"description\":\"A record. Its body follows the schema of its type.\","
     "\"required\":[\"key\",\"type\",\"type_label\",\"title\",\"node\",\"status\",\"version\",\"seq\",\"created\",\"updated\","
     "\"body\",\"facts\",\"links\",\"backlinks\",\"identities\",\"sources\",\"provenance\",\"labels\"],\"properties\":{"
     "\"key\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"},\"type_label\":{\"type\":\"string\"},"
     "\"title\":{\"type\":\"string\"},\"node\":{\"type\":\"string\"},"
     "\"status\":{\"type\":\"string\",\"enum\":[\"published\",\"draft\"]},"
     "\"version\":{\"type\":\"integer\"},\"seq\":{\"type\":\"integer\"},"
     "\"created\":{\"type\":\"string\",\"format\":\"date-time\"},\"updated\":{\"type\":\"string\",\"format\":\"date-time\"},"
     "\"body\":{\"type\":\"object\",\"additionalProperties\":true},"
     "\"facts\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Fact\"}},"
     "\"links\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Link\"}},"
     "\"backlinks\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/BacklinkGroup\"}},"
     "\"identities\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"scheme\",\"value\"],\"properties\":{"
     "\"scheme\":{\"type\":\"string\"},\"value\":{\"type\":\"string\"}}}},"
     "\"sources\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Source\"}},"
     "\"provenance\":{\"type\":\"object\",\"description\":\"For each field of the body, the index of its source.\","
     "\"additionalProperties\":{\"type\":\"integer\"}},"
     "\"labels\":{\"type\":\"object\",\"description\":\"For each code field, the labels of the codes that occur.\","
     "\"additionalProperties\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}}}}"},
    {"History",
     "{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"version\",\"seq\",\"at\",\"actor\",\"action\",\"reason\",\"body\"],\"properties\":{"
     "\"version\":{\"type\":\"integer\"},\"seq\":{\"type\":\"integer\"},\"at\":{\"type\":\"string\",\"format\":\"date-time\"},"
     "\"actor\":{\"type\":\"string\"},\"action\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"},"
     "\"body\":{\"type\":\"object\",\"additionalProperties\":true}}}},\"next\":" STRING_OR_NULL "}}"},
    {"ChangeList",
     "{\"type\":\"object\",\"required\":[\"items\",\"last\",\"next\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"seq\",\"at\",\"room\",\"subject\",\"action\",\"reason\"],\"properties\":{"
     "\"seq\":{\"type\":\"integer\"},\"at\":{\"type\":\"string\",\"format\":\"date-time\"},\"room\":{\"type\":\"string\"},"
     "\"subject\":{\"type\":\"string\"},\"action\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"},"
     "\"hash\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"},\"type_label\":{\"type\":\"string\"},"
     "\"title\":{\"type\":\"string\"}}}},\"last\":{\"type\":\"integer\",\"description\":\"The newest number there is.\"},"
     "\"next\":" STRING_OR_NULL "}}"},
    {NULL, NULL},
};
