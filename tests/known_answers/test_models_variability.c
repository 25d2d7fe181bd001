/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The published variability of library models, typed once more from tables that cite the papers
 * (nlmixr2lib for Gibbs 2017 and Bruno 2012; DDMODEL00000186 for Friberg 2002 with paclitaxel and
 * DDMODEL00000233 for Zierhut 2008; the Pumas tutorials of in silico trials for Cortés-Ríos 2025
 * and the tumour burden): what a compiled model draws with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "model_library.h"

struct covariance {
  const char *model, *parameter, *other; /* the other is the same: a variance */
  double value;
};

static const struct covariance published_covariances[] = {
    {"gibbs_2017_evolocumab", "KA", "KA", 0.807},
    {"gibbs_2017_evolocumab", "V", "KA", 0.253},
    {"gibbs_2017_evolocumab", "V", "V", 0.158},
    {"gibbs_2017_evolocumab", "CL", "KA", -0.671},
    {"gibbs_2017_evolocumab", "CL", "V", -0.183},
    {"gibbs_2017_evolocumab", "CL", "CL", 0.924},
    {"gibbs_2017_evolocumab", "B", "B", 0.0348},
    {"gibbs_2017_evolocumab", "KSS", "KSS", 1.17},
    {"gibbs_2017_evolocumab", "LDL0", "LDL0", 0.0465},
    {"gibbs_2017_evolocumab", "IC50", "IC50", 0.481},
    {"zierhut_2008_osteoprotegerin", "CL", "CL", 0.0391},
    {"zierhut_2008_osteoprotegerin", "VC", "VC", 0.0102},
    {"zierhut_2008_osteoprotegerin", "VP1", "VP1", 0.0144},
    {"zierhut_2008_osteoprotegerin", "VP2", "VP2", 0.0333},
    {"zierhut_2008_osteoprotegerin", "Q1", "Q1", 0.0379},
    {"zierhut_2008_osteoprotegerin", "KA", "KA", 0.0457},
    {"zierhut_2008_osteoprotegerin", "FSC", "FSC", 0.263},
    {"zierhut_2008_osteoprotegerin", "KSYN", "KSYN", 0.281},
    {"zierhut_2008_osteoprotegerin", "KDEG", "KSYN", 0.0867},
    {"zierhut_2008_osteoprotegerin", "KDEG", "KDEG", 0.0325},
    {"zierhut_2008_osteoprotegerin", "IC50", "IC50", 1.18},
    {"friberg_2002_paclitaxel", "CIRC0", "CIRC0", 0.107},
    {"friberg_2002_paclitaxel", "MTT", "MTT", 0.0296},
    {"friberg_2002_paclitaxel", "SLOPE", "SLOPE", 0.176},
    {"bruno_2012_breast_cancer", "KL", "KL", 1.60},
    {"bruno_2012_breast_cancer", "KD_DOC", "KD_DOC", 1.31},
    {"bruno_2012_breast_cancer", "KD_CAP", "KD_CAP", 1.30},
    {"tumour_burden", "F", "F", 2.16 * 2.16},
    {"tumour_burden", "G", "G", 1.57 * 1.57},
    {"tumour_burden", "K", "K", 1.24 * 1.24},
    {"hbv_cortes_rios_2025", "log10_p_S", "log10_p_S", 0.632 * 0.632},
    {"hbv_cortes_rios_2025", "log10_beta", "log10_beta", 2.489 * 2.489},
    {"hbv_cortes_rios_2025", "log10_m", "log10_m", 0.827 * 0.827},
    {"hbv_cortes_rios_2025", "log10_k_P", "log10_k_P", 1.292 * 1.292},
    {"hbv_cortes_rios_2025", "log10_k_A", "log10_k_A", 1.156 * 1.156},
    {"hbv_cortes_rios_2025", "log10_eps_NA", "log10_eps_NA", 1.583 * 1.583},
    {"hbv_cortes_rios_2025", "log10_eps_IFN", "log10_eps_IFN", 1.626 * 1.626},
    {"hbv_cortes_rios_2025", "log10_r_IFN", "log10_r_IFN", 2.739 * 2.739},
    {"hbv_cortes_rios_2025", "log10_conv_E", "log10_conv_E", 1.248 * 1.248},
};

struct error_of_measurement {
  const char *model, *output;
  double log_normal, proportional, additive; /* standard deviations */
  double digits;                             /* to which a variance was made one of them */
};

static const struct error_of_measurement published_errors[] = {
    {"gibbs_2017_evolocumab", "EVO", 0, 0.240, 0, 0},
    {"gibbs_2017_evolocumab", "PCSK9", 0, 0.307, 0, 0},
    {"gibbs_2017_evolocumab", "LDL", 0, 0.114, 7.75, 0},
    {"zierhut_2008_osteoprotegerin", "CP_IV", 0.138924, 0, 0, 1e-4},      /* variance 0.0193 */
    {"zierhut_2008_osteoprotegerin", "CP_SC", 0.856154, 0, 0, 1e-4},      /* variance 0.733 */
    {"zierhut_2008_osteoprotegerin", "NTX", 0, 0.201742, 4.549725, 1e-4}, /* 0.0407 and 20.7 */
    {"bruno_2012_breast_cancer", "Y", 0, 0, 18.22087, 1e-4},              /* variance 332 mm2 */
    {"tumour_burden", "N", 0, 0, 0.095, 0},
};

static double covariance_of(const struct model *model, int i, int j)
{
  const struct model_effect *a = &model->etas[model->parameters[i].eta];
  const struct model_effect *b = &model->etas[model->parameters[j].eta];
  double sum = 0;

  for (int k = 0; k < a->n; k++)
    for (int l = 0; l < b->n; l++)
      if (a->of[k] == b->of[l]) sum += a->factor[k] * b->factor[l];
  return sum;
}

struct tally {
  int n_covariances, n_errors;
};

static void compare(void *context, const struct model *model)
{
  struct tally *tally = context;

  for (size_t i = 0; i < sizeof published_covariances / sizeof *published_covariances; i++) {
    const struct covariance *published = &published_covariances[i];
    int p, q;

    if (strcmp(model->name, published->model) != 0) continue;
    p = model_parameter_named(model, published->parameter);
    q = model_parameter_named(model, published->other);
    assert_true(p >= 0 && q >= 0 && model->parameters[p].eta >= 0 && model->parameters[q].eta >= 0);
    assert_true(fabs(covariance_of(model, p, q) - published->value) <=
                1e-12 * fabs(published->value));
    tally->n_covariances++;
  }
  for (size_t i = 0; i < sizeof published_errors / sizeof *published_errors; i++) {
    const struct error_of_measurement *published = &published_errors[i];
    const struct model_output *output;

    if (strcmp(model->name, published->model) != 0) continue;
    assert_true(model_output_named(model, published->output) >= 0);
    output = &model->outputs[model_output_named(model, published->output)];
    assert_true(fabs(output->log_normal - published->log_normal) <= published->digits);
    assert_true(fabs(output->proportional - published->proportional) <= published->digits);
    assert_true(fabs(output->additive - published->additive) <=
                published->digits * published->additive);
    tally->n_errors++;
  }
}

static void models_vary_as_published(void **state)
{
  struct tally tally = {0, 0};

  (void)state;
  assert_true(visit_models(SOURCE_DIR "/engine/models", compare, &tally) > 0);
  assert_int_equal(tally.n_covariances,
                   sizeof published_covariances / sizeof *published_covariances);
  assert_int_equal(tally.n_errors, sizeof published_errors / sizeof *published_errors);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(models_vary_as_published),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
