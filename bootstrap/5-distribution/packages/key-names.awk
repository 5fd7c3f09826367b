# A table of what loadkeys calls the characters of a set, from the set's table of Unicode characters, whose comments have Unicode's names.
# Variables: set, first (the first code that is wanted), renamed (NAME=NAME NAME=NAME ..., what remains to be called otherwise).
BEGIN {
  for (n = split(renamed, pairs, / /); n; n--) {
    split(pairs[n], pair, "=")
    other[pair[1]] = pair[2]
  }
  print "static sym const " set "_syms[] = {"
}
function value_of(hex, value, n) {
  for (n = 1; n <= length(hex); n++) value = value * 16 + index("0123456789abcdef", tolower(substr(hex, n, 1))) - 1
  return value
}
{
  code = value_of(substr($1, 3))
  if (code < first) next
  name = tolower($0)
  sub(/^[^#]*#[ \t]*/, "", name)
  sub(/[ \t]$/, "", name)
  gsub(/[ -]+/, "_", name)
  if (sub(/^latin_capital_(letter|ligature)_/, "", name)) {
    match(name, /^[a-z]+/)
    name = toupper(substr(name, 1, RLENGTH)) substr(name, RLENGTH + 1)
  }
  sub(/^latin_small_(letter|ligature)_/, "", name)
  if (sub(/^greek_capital_letter_/, "", name)) name = toupper(substr(name, 1, 1)) substr(name, 2)
  sub(/^greek_small_letter_/, "", name)
  sub(/^hebrew_letter_/, "", name)
  sub(/_with_tonos$/, "_with_accent", name)
  sub(/_with_dialytika$/, "_with_diaeresis", name)
  sub(/_with_dialytika_and_tonos$/, "_with_diaeresisaccent", name)
  if (match(name, /^[A-Za-z]+_with_/)) name = substr(name, 1, RLENGTH - 6) substr(name, RLENGTH + 1)
  if (name ~ /^vulgar_fraction_[a-z]+_[a-z]+$/) {
    sub(/^vulgar_fraction_/, "", name)
    sub(/_/, "", name)
  }
  sub(/acute_accent$/, "acute", name)
  sub(/dot_above$/, "abovedot", name)
  sub(/double_acute$/, "doubleacute", name)
  sub(/ring_above$/, "ring", name)
  sub(/_single_quotation_mark$/, "quote", name)
  sub(/_sign$/, "", name)
  sub(/^final_/, "final", name)
  sub(/_\(.*\)$/, "", name)
  if (name in other) name = other[name]
  if (name == "undefined") name = ""
  row[code] = "{ 0x" substr($2, 3) ", \"" name "\" },"
}
END {
  for (code = first + 0; code < 256; code++) print code in row ? row[code] : "{ 0xfffd, \"\" },"
  print "};"
}
