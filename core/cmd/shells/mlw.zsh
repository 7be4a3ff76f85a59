#compdef mlw
# Completion of mlw in zsh:
#   eval "$(mlw completion zsh)"     or, as a file _mlw in a folder of $fpath
_mlw() {
    local line word prefix dir
    local -a offers action
    for line in "${(@f)$(_call_program offers ${(q)words[1]} complete -- "${(@qq)${(@Q)words[2,CURRENT]}}" 2>/dev/null)}"; do
        case $line in
        (:files*|:dirs*)
            prefix=${line#*$'\t'}
            dir=${prefix#*$'\t'}
            prefix=${prefix%%$'\t'*}
            action=(_files)
            [[ $line == :dirs* ]] && action+=(-/)
            [[ -n $dir ]] && action+=(-W "$dir")
            ;;
        (?*)
            word=${line%%$'\t'*}
            offers+=("${word//:/\\:}:${line#*$'\t'}")
            ;;
        esac
    done
    local -a ends
    [[ ${offers[1]} == *=:* ]] && ends=(-S '')
    (( $#offers )) && _describe -V mlw offers "${ends[@]}"
    if (( $#action )); then
        [[ -n $prefix ]] && compset -P "${(b)prefix}"
        $action
    fi
}
if [[ $funcstack[1] == _mlw ]]; then
    _mlw "$@"
elif (( $+functions[compdef] )); then
    compdef _mlw mlw
fi
