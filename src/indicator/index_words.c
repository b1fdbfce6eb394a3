/* index_words.c - a recipe in words. */
#include "indicator/index_words.h"

#include <string.h>

#include "base/json.h"

struct words {
    const char *say[XT_LANGS];
};

static const struct words titles[XT_STEP_KINDS] = {
    [XT_STEP_SCREEN] = {{"筛选", "Screened"}},        [XT_STEP_DENOMINATE] = {{"除以分母", "Denominated"}},
    [XT_STEP_IMPUTE] = {{"填补缺失", "Imputed"}},     [XT_STEP_TREAT] = {{"处理异常值", "Treated"}},
    [XT_STEP_NORMALISE] = {{"标准化", "Normalised"}}, [XT_STEP_AGGREGATE] = {{"合成", "Aggregated"}},
};

static const struct words imputations[] = {
    [XT_IMPUTE_MEAN] = {{"以同期各单位的均值填补缺失值", "Missing values take the mean of the units of the period"}},
    [XT_IMPUTE_MEDIAN] = {{"以同期各单位的中位数填补缺失值",
                           "Missing values take the median of the units of the period"}},
    [XT_IMPUTE_GROUP_MEAN] = {{"以同期同组单位的均值填补缺失值",
                               "Missing values take the mean of the units of the same group and period"}},
    [XT_IMPUTE_GROUP_MEDIAN] = {{"以同期同组单位的中位数填补缺失值",
                                 "Missing values take the median of the units of the same group and period"}},
    [XT_IMPUTE_LAST] = {{"以该单位最近一期的值填补缺失值", "Missing values take the unit's last value before"}},
    [XT_IMPUTE_LINEAR] = {{"在该单位前后两期之间按直线填补缺失值",
                           "Missing values lie on the line between the unit's periods before and after"}},
};

static const struct words normalisations[XT_NORMALISES] = {
    [XT_NORM_MINMAX] = {{"最小值与最大值之间线性换算", "From least to greatest value, linearly"}},
    [XT_NORM_Z] = {{"减均值、除以标准差", "Less the mean, by the standard deviation"}},
    [XT_NORM_RANK] = {{"按名次（从小到大）", "By rank, from the least"}},
    [XT_NORM_PERCENTILE] = {{"按百分位", "By percentile"}},
    [XT_NORM_BORDA] = {{"按波达计数", "By Borda count"}},
    [XT_NORM_DISTANCE_MAX] = {{"按与最大值的距离", "By the distance to the greatest value"}},
    [XT_NORM_FRACTION_MAX] = {{"除以最大值", "As a fraction of the greatest value"}},
    [XT_NORM_REFERENCE] = {{"按与参照单位的距离", "By the distance to the reference unit"}},
    [XT_NORM_SCALED] = {{"按给定上下限换算到 0 至 100", "Between given bounds, onto 0 to 100"}},
    [XT_NORM_GOALPOSTS] = {{"按给定上下限换算，超出者取边界", "Between given bounds, which nothing passes"}},
    [XT_NORM_TARGET] = {{"按与目标值的距离", "By the distance to the target"}},
    [XT_NORM_BASE_YEAR] = {{"以基期为 100", "The base period is 100"}},
};

static const struct words over[] = {
    [XT_OVER_PERIOD] = {{"各期分别计算", "each period by itself"}},
    [XT_OVER_ALL] = {{"各期一并计算", "over all periods"}},
    [XT_OVER_BASE] = {{"以一期为准", "by one period"}},
};

static const struct words means[] = {
    [XT_AGG_ARITHMETIC] = {{"加权算术平均", "weighted arithmetic means"}},
    [XT_AGG_GEOMETRIC] = {{"加权几何平均", "weighted geometric means"}},
    [XT_AGG_HARMONIC] = {{"加权调和平均", "weighted harmonic means"}},
    [XT_AGG_POWER] = {{"加权幂平均", "weighted power means"}},
    [XT_AGG_COPELAND] = {{"两两比较（Copeland）", "comparison of all pairs (Copeland)"}},
};

const char *xt_index_step_title(enum xt_index_step_kind kind, enum xt_lang lang)
{
    return titles[kind].say[lang];
}

static void say_normalise(const struct xt_index_step *step, enum xt_lang lang, struct xt_text *out)
{
    static const bool spans[XT_NORMALISES] = {[XT_NORM_MINMAX] = true, [XT_NORM_GOALPOSTS] = true};
    enum xt_normalise method = step->normalise.method;

    xt_text_add_z(out, normalisations[method].say[lang]);
    if (spans[method])
        xt_text_addf(out, lang == XT_ZH ? "，换算到 %g 至 %g" : ", onto %g to %g", step->normalise.lo,
                     step->normalise.hi);
    if (method == XT_NORM_MINMAX || method == XT_NORM_Z || method == XT_NORM_RANK || method == XT_NORM_PERCENTILE)
        xt_text_addf(out, lang == XT_ZH ? "，%s" : ", %s", over[step->normalise.over].say[lang]);
    if (step->normalise.over == XT_OVER_BASE || method == XT_NORM_BASE_YEAR)
        xt_text_addf(out, lang == XT_ZH ? "（%d）" : " (%d)", step->normalise.base);
    if (method == XT_NORM_REFERENCE && step->normalise.unit)
        xt_text_addf(out, lang == XT_ZH ? "（%s）" : " (%s)", step->normalise.unit);
    xt_text_add_z(out, lang == XT_ZH ? "；方向为负的指标先变号" : "; what is better when less changes its sign first");
}

static void say_aggregate(const struct xt_index_step *step, enum xt_lang lang, struct xt_text *out)
{
    size_t i;

    xt_text_add_z(out, lang == XT_ZH ? "自下而上逐级合成：" : "Level by level from the indicators: ");
    for (i = 0; i < step->aggregate.levels; i++)
        xt_text_addf(out, "%s%s",
                     i == 0          ? ""
                     : lang == XT_ZH ? "，再"
                                     : ", then ",
                     means[step->aggregate.by_level[i]].say[lang]);
    xt_text_add_z(out, lang == XT_ZH ? "；缺失的下级不计，其余权重按比例放大"
                                     : "; what is missing is left out and the other weights are rescaled");
}

static void say_treat(const struct xt_index_step *step, enum xt_lang lang, struct xt_text *out)
{
    double skew = step->treat.skew > 0 ? step->treat.skew : 2,
           kurtosis = step->treat.kurtosis > 0 ? step->treat.kurtosis : 3.5;

    xt_text_addf(out,
                 lang == XT_ZH ? "偏度绝对值不小于 %g 且峰度不小于 %g 的指标，极端值逐个以相邻值代替，最多 %d 个"
                               : "Where skew is at least %g and kurtosis at least %g, extremes take the value next to "
                                 "them one at a time, at most %d",
                 skew, kurtosis, step->treat.points);
    if (!step->treat.no_log)
        xt_text_add_z(out, lang == XT_ZH ? "；仍不合格的取对数" : "; what still fails is taken by its logarithm");
}

void xt_index_step_say(const struct xt_index_book *book, size_t at, enum xt_lang lang, struct xt_text *out)
{
    const struct xt_index_step *step = &book->recipe.steps[at];
    bool zh = lang == XT_ZH;

    switch (step->kind) {
    case XT_STEP_SCREEN:
        xt_text_addf(
            out, zh ? "有值的指标不足 %.4g%% 的单位不参加" : "Units with fewer than %.4g %% of the values are left out",
            step->screen.present * 100);
        if (step->screen.non_zero > 0)
            xt_text_addf(
                out, zh ? "，非零值不足 %.4g%% 的也不参加" : ", and those with fewer than %.4g %% that are not zero",
                step->screen.non_zero * 100);
        break;
    case XT_STEP_DENOMINATE:
        xt_text_add_z(out, zh ? "有分母的指标除以分母" : "Indicators with a denominator are divided by it");
        if (step->denominate.scale > 0 && step->denominate.scale != 1)
            xt_text_addf(out, zh ? "，再乘以 %g" : ", times %g", step->denominate.scale);
        break;
    case XT_STEP_IMPUTE:
        xt_text_add_z(out, imputations[step->impute.method].say[lang]);
        break;
    case XT_STEP_TREAT:
        say_treat(step, lang, out);
        break;
    case XT_STEP_NORMALISE:
        say_normalise(step, lang, out);
        break;
    case XT_STEP_AGGREGATE:
        say_aggregate(step, lang, out);
        break;
    case XT_STEP_KINDS:
        break;
    }
    xt_text_add_z(out, zh ? "。" : ".");
}

/* The names of factors are the file's; the usual ones are known in Chinese. */
static const char *factor_name(const char *name, enum xt_lang lang)
{
    static const struct {
        const char *name, *zh;
    } known[] = {{"imputation", "填补方法"},       {"treatment", "异常值处理"},
                 {"normalisation", "标准化"},      {"weights", "权重"},
                 {"aggregation", "合成方法"},      {"one indicator left out", "去掉一个指标"},
                 {"measurement error", "测量误差"}};
    size_t i;

    for (i = 0; lang == XT_ZH && i < XT_COUNT(known); i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].zh;
    return name;
}

void xt_index_uncertainty_say(const struct xt_index_book *book, enum xt_lang lang, struct xt_text *out)
{
    const json_t *how = xt_json_get(book->release->json, "uncertainty");
    size_t f;

    if (!how)
        return;
    xt_text_addf(out,
                 lang == XT_ZH
                     ? "名次区间：把做法换 %lld 次（种子 %lld）各算一遍，取名次的 5%% 至 95%%。变动的是："
                     : "Rank intervals: the index was made in %lld ways (seed %lld); 5 to 95 %% of the ranks. "
                       "What was varied: ",
                 (long long)xt_json_int(how, "draws", 0), (long long)xt_json_int(how, "seed", 0));
    for (f = 0; f < book->file->factor_count; f++)
        xt_text_addf(out, "%s%s",
                     f == 0          ? ""
                     : lang == XT_ZH ? "、"
                                     : ", ",
                     factor_name(book->file->factors[f].name, lang));
    xt_text_add_z(out, lang == XT_ZH ? "。" : ".");
}
