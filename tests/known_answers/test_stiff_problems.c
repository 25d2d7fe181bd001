/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The orders of the Rosenbrock method, and stiff problems with published or closed solutions. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "initial_value_problems.h"
#include "solver/solver.h"
#include "stiff_problems.h"

/* y' = lambda (y - sin t) + cos t + y1 (y - sin t), y1' = -y1: y = (sin t, exp -t), whatever the
 * stiffness lambda (after Prothero and Robinson 1974, doi 10.1090/S0025-5718-1974-0331793-2). The
 * C library's sine and cosine, so that one lane at a time. */
struct forced {
  double lambda;
};

static void forced_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  const double lambda = ((struct forced *)context)->lambda;

  for (int l = 0; l < LANES; l++) {
    const double off = y[0][l] - sin((*t)[l]);

    dydt[0][l] = lambda * off + cos((*t)[l]) + y[1][l] * off;
    dydt[1][l] = -y[1][l] + y[1][l] * off;
  }
}

static void forced_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  const double lambda = ((struct forced *)context)->lambda;

  for (int l = 0; l < LANES; l++) {
    const double off = y[0][l] - sin((*t)[l]);

    entries[0][l] = lambda + y[1][l];
    entries[1][l] = off;
    entries[2][l] = y[1][l];
    entries[3][l] = off - 1;
    entries[4][l] = -(lambda + y[1][l]) * cos((*t)[l]) - sin((*t)[l]);
    entries[5][l] = -y[1][l] * cos((*t)[l]);
  }
}

static const struct ode_jacobian forced_derivatives = DENSE_JACOBIAN(2, forced_jacobian, true);

struct errors {
  double end, inside; /* at the stops, and in the middle and the quarters of the steps */
};

static void keep_inside(void *context, const lane_mask *due, const lanes *time, const lanes *state)
{
  struct errors *errors = context;

  if (!(*due)[0]) return;
  errors->inside = fmax(errors->inside, fabs(state[0][0] - sin((*time)[0])));
  errors->inside = fmax(errors->inside, fabs(state[1][0] - exp(-(*time)[0])));
}

/* From 1 to 2 in n steps of one size: a tolerance that accepts all, and a stop at each end. */
static struct errors errors_with_steps(double lambda, int n)
{
  struct forced forced = {lambda};
  struct errors errors = {0};
  const struct ode ode = {
      .n_states = 2, .context = &forced, .rates = forced_rates, .jacobian = &forced_derivatives};
  const double atol[] = {1, 1};
  const struct tolerance tolerance = {.rtol = 0, .atol = atol, .max_steps_per_stop = 10};
  double y[] = {sin(1), exp(-1)};
  struct solver *solver;

  assert_int_equal(solver_create(&solver_rosenbrock, &ode, &tolerance, &solver), 0);
  solver_listen(solver, keep_inside, &errors);
  solver_load(solver, 0, 1, y);
  for (int i = 0; i < n; i++) {
    const double begin = 1 + (double)i / n, h = 1. / n;
    const double times[] = {begin + 0.25 * h, begin + 0.5 * h, begin + 0.75 * h};

    solver_samples(solver, 0, &(struct sampling){3, times});
    solver_run_to(solver, 0, 1 + (double)(i + 1) / n);
    while (solver_is_running(solver, 0)) assert_int_equal(solver_advance(solver), 0);
  }
  assert_int_equal(solver_count(solver, 0).accepted, n);
  solver_state(solver, 0, y);
  errors.end = fmax(fabs(y[0] - sin(2)), fabs(y[1] - exp(-2)));
  solver_destroy(&solver);
  return errors;
}

static void the_order_is_five_and_at_least_four_where_it_is_stiff(void **state)
{
  static const double lambdas[] = {0, -1, -1e4};

  (void)state;
  for (int k = 0; k < 3; k++) {
    const struct errors coarse = errors_with_steps(lambdas[k], 8);
    const struct errors fine = errors_with_steps(lambdas[k], 32);
    const double order = log2(coarse.end / fine.end) / 2;
    const double order_inside = log2(coarse.inside / fine.inside) / 2;

    print_message("lambda %g: errors %.1e and %.1e inside, orders %.2f and %.2f\n", lambdas[k],
                  fine.end, fine.inside, order, order_inside);
    assert_true(order > (lambdas[k] < -10 ? 4 : 4.9));
    assert_true(order_inside > 4);
    assert_true(fine.inside < 4 * fine.end);
  }
}

struct published {
  const char *name;
  struct problem problem;
  double start[MOST_STATES], stop, end[MOST_STATES];
  int most_steps;
};

static void assert_published(const struct published *published)
{
  const struct solution solution = solved(&solver_rosenbrock, &published->problem, published->start,
                                          published->stop, 0);
  double worst = 0;

  assert_int_equal(solution.status, SOLVE_OK);
  for (int j = 0; j < solution.n_states; j++)
    worst = fmax(worst, fabs(solution.state[j] - published->end[j]) / fabs(published->end[j]));
  print_message("%s: relative error %.1e in %d steps, %d rejected\n", published->name, worst,
                solution.count.accepted, solution.count.rejected);
  assert_true(worst < 100 * published->problem.rtol);
  assert_true(solution.count.accepted < published->most_steps);
}

static void stiff_problems_end_as_published(void **state)
{
  static const struct published problems[] = {
      {.name = "Robertson",
       .problem = {robertson_rates, &robertson_derivatives, 3, 1e-7, 1e-18, 1e5},
       .start = {1},
       .stop = 1e11,
       .end = {0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050},
       .most_steps = 1000},
      {.name = "van der Pol",
       .problem = {van_der_pol_rates, &van_der_pol_derivatives, 2, 1e-8, 1e-10, 1e5},
       .start = {2, 0},
       .stop = 2000,
       .end = {0.1706167732170469e1, -0.8928097010248125e-3},
       .most_steps = 5000},
      {.name = "HIRES",
       .problem = {hires_rates, &hires_derivatives, 8, 1e-7, 1e-12, 1e5},
       .start = {1, 0, 0, 0, 0, 0, 0, 0.0057},
       .stop = 321.8122,
       .end = {0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4,
               0.1175651343283149e-2, 0.2386356198831331e-2, 0.6238968252742796e-2,
               0.2849998395185769e-2, 0.2850001604814231e-2},
       .most_steps = 1000},
  };

  (void)state;
  for (int p = 0; p < 3; p++) assert_published(&problems[p]);
}

/* Eigenvalues -1 and -1e6: y = 2 exp(-t) - exp(-1e6 t) and the like. */
static void two_scales_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = 999998 * y[0] + 1999998 * y[1];
  dydt[1] = -999999 * y[0] - 1999999 * y[1];
}

static void two_scales_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  (void)t;
  (void)y;
  entries[0] = (lanes){0} + 999998;
  entries[1] = (lanes){0} + 1999998;
  entries[2] = (lanes){0} - 999999;
  entries[3] = (lanes){0} - 1999999;
}

static const struct ode_jacobian two_scales_derivatives = DENSE_JACOBIAN(2, two_scales_jacobian,
                                                                         false);

static void a_linear_problem_of_two_scales_agrees_with_its_closed_form(void **state)
{
  const struct problem problem = {two_scales_rates, &two_scales_derivatives, 2, 1e-8, 1e-10, 1e4};
  const double start[] = {1, 0};
  const struct solution solution = solved(&solver_rosenbrock, &problem, start, 5, 400);
  double worst = 0;

  (void)state;
  assert_int_equal(solution.status, SOLVE_OK);
  for (int i = 0; i < solution.n_samples; i++) {
    const double slow = exp(-solution.times[i]), fast = exp(-1e6 * solution.times[i]);

    worst = fmax(worst, fabs(solution.samples[i][0] - (2 * slow - fast)));
    worst = fmax(worst, fabs(solution.samples[i][1] - (fast - slow)));
  }
  print_message("worst error %.1e in %d steps\n", worst, solution.count.accepted);
  assert_true(worst < 1e-7);
  assert_true(solution.count.accepted < 200);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_order_is_five_and_at_least_four_where_it_is_stiff),
      cmocka_unit_test(stiff_problems_end_as_published),
      cmocka_unit_test(a_linear_problem_of_two_scales_agrees_with_its_closed_form),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
