# SPDX-License-Identifier: GPL-3.0-or-later
# The R reader on eu_pact.h5, and R's own tests and models of each replicate, printed as
# `replicate method quantity value`.
suppressMessages(library(survival))
source(commandArgs(trailingOnly = TRUE)[1])
stopifnot(!any(grepl("libmpi", readLines("/proc/self/maps"), fixed = TRUE)))

path <- "eu_pact.h5"
stopifnot(twintrial_tables(path)[["/cohort"]] == "Covariates at baseline")
ttr <- twintrial_read(path, "/pd/ttr")
stopifnot(attr(ttr$AVAL, "units") == "%", attr(ttr$AVAL, "label") == "Time with INR 2.0 to 3.0")
stopifnot(identical(levels(ttr$arm), c("guided", "standard")))
cohort <- twintrial_read(path, "/cohort")
stopifnot(attr(cohort$WT, "units") == "kg", levels(cohort$CYP2C9)[1] == "*1/*1")
stopifnot(grepl("EU-PACT", twintrial_text(path, "/protocol/resolved_json"), fixed = TRUE))

say <- function(replicate, method, ...) {
  values <- c(...)
  cat(sprintf("%d\t%s\t%s\t%.17g\n", replicate, method, names(values), values), sep = "")
}
# estimate, standard error, limits and p of a difference with its own t distribution
differ <- function(estimate, se, df) {
  half <- qt(0.975, df) * se
  c(estimate = estimate, se = se, low = estimate - half, high = estimate + half,
    p = 2 * pt(-abs(estimate / se), df))
}
means <- tapply(as.numeric(ttr$AVAL), ttr$arm, mean)
say(0L, "means", guided = means[["guided"]], standard = means[["standard"]])

patients <- merge(ttr, cohort, by = c("replicate", "pat"))
patients$guided <- as.numeric(patients$arm == "guided")
responses <- twintrial_read(path, "/pd/inr_4")
times <- twintrial_read(path, "/tte")
for (r in unique(ttr$replicate)) {
  own <- subset(patients, replicate == r)
  test <- t.test(AVAL ~ arm, own)
  say(r, "Welch t test", differ(-diff(unname(test$estimate)), test$stderr, test$parameter[[1]]))

  fit <- lm(AVAL ~ guided + AGE + SEX + WT, own)
  line <- summary(fit)$coefficients["guided", ]
  say(r, "ANCOVA", differ(line[[1]], line[[2]], fit$df.residual))

  own <- subset(times, replicate == r)
  own$guided <- as.numeric(own$arm == "guided")
  survival <- Surv(as.numeric(own$AVAL), own$CNSR == "event")
  medians <- quantile(survfit(survival ~ own$arm), 0.5)$quantile
  say(r, "Kaplan-Meier", guided = medians[1], standard = medians[2])

  ranks <- survdiff(survival ~ own$arm)
  log_ratio <- (ranks$obs[1] - ranks$exp[1]) / ranks$var[1, 1]
  se <- 1 / sqrt(ranks$var[1, 1])
  say(r, "log-rank, one-step ratio", estimate = exp(log_ratio), se = se,
      low = exp(log_ratio - qnorm(0.975) * se), high = exp(log_ratio + qnorm(0.975) * se),
      p = pchisq(ranks$chisq, 1, lower.tail = FALSE))

  cox <- coxph(survival ~ guided, own, ties = "efron",
               control = coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 50))
  se <- sqrt(cox$var[1, 1])
  say(r, "Cox, Efron ties", estimate = exp(cox$coefficients[[1]]), se = se,
      low = exp(cox$coefficients[[1]] - qnorm(0.975) * se),
      high = exp(cox$coefficients[[1]] + qnorm(0.975) * se),
      p = 2 * pnorm(-abs(cox$coefficients[[1]] / se)))

  own <- subset(responses, replicate == r)
  events <- tapply(own$AVAL, own$arm, sum)
  n <- table(own$arm)
  share <- as.numeric(events / n)
  wilson <- sapply(1:2, function(i) prop.test(events[i], n[i], correct = FALSE)$conf.int)
  difference <- share[1] - share[2]
  # Newcombe 1998, method 10, from R's intervals of single proportions
  say(r, "chi-squared", estimate = difference,
      low = difference - sqrt((share[1] - wilson[1, 1])^2 + (wilson[2, 2] - share[2])^2),
      high = difference + sqrt((wilson[2, 1] - share[1])^2 + (share[2] - wilson[1, 2])^2),
      p = suppressWarnings(prop.test(events, n, correct = FALSE)$p.value))
}
