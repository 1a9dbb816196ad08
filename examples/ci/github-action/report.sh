# Execute RUNINDEX_COMMAND, report the files that RUNINDEX_JUNIT names below the run, and end as the command did.
bash -e -o pipefail -c "$RUNINDEX_COMMAND"
code=$?
shopt -s nullglob globstar
# Patterns are expanded here, and a name with a blank is one file.
IFS=' ' read -r -a patterns <<< "$RUNINDEX_JUNIT"
IFS=
files=()
for pattern in "${patterns[@]}"; do
  files+=($pattern)
done
if [ "${#files[@]}" -gt 0 ]; then
  "$RUNINDEX_CLIENT_COMMAND" report junit --tag ci -- "${files[@]}" || echo "the test reports are not all reported" >&2
fi
exit "$code"
