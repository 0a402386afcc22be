#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# One job of a pipeline: assesses, writes the reports, and tells by its exit status how it went.
#
#   0  every gate has passed
#   1  a gate has found too much; the reports are written
#   2  there is no verdict: a run failed, the endpoint did not answer, the configuration is wrong; no reports
#
# Needs `terraform init` before it, and the variables of main.tf (TF_VAR_…, or a file *.auto.tfvars).

set -uo pipefail

terraform=${TERRAFORM:-terraform}
reports=${REPORTS:-reports}
mkdir -p "$reports" || exit 2
rm -f "$reports"/{apply.jsonl,findings.sarif,junit.xml}

# What a person reads of Terraform's lines of JSON.
messages() {
  local line
  while IFS= read -r line; do
    [[ $line =~ \"@message\":\"(([^\"\\]|\\.)*)\" ]] && printf '%s\n' "${BASH_REMATCH[1]}"
  done
  return 0
}

# As many operations at once as there may be templates: a run that is waited for holds one, and so does a gate.
"$terraform" apply -json -input=false -auto-approve -parallelism=50 | tee "$reports/apply.jsonl" | messages
status=${PIPESTATUS[0]}

# Every error is a line that begins like this. One that is not the verdict of a gate keeps the job from a verdict.
error='^{"@level":"error","@message":"Error: '
errors=$(grep -c "$error" "$reports/apply.jsonl")
verdicts=$(grep -c "${error}Too many findings of Inspector assessment run " "$reports/apply.jsonl")
if ((status != 0 && (verdicts == 0 || errors > verdicts))); then
  echo "No verdict: see the errors above."
  exit 2
fi

"$terraform" output -raw sarif >"$reports/findings.sarif" || exit 2
"$terraform" output -raw junit >"$reports/junit.xml" || exit 2
if ((status != 0)); then
  echo "Too many findings: see $reports/findings.sarif."
  exit 1
fi
echo "Every gate has passed."
