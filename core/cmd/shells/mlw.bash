# shellcheck shell=bash
# Completion of mlw in bash, with or without the package bash-completion:
#   eval "$(mlw completion bash)"
_mlw() {
    local glue='' before='' prefix='' has_files='' dir='' line word i
    local -a words=()
    COMPREPLY=()
    # bash cuts words at these signs; here they are whole again
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ ${#words[@]} -gt 0 && ( -n $glue || $word =~ ^[=:@]+$ ) ]]; then
            before=${words[${#words[@]} - 1]}
            words[${#words[@]} - 1]+=$word
        else
            before=''
            words+=("$word")
        fi
        glue=''
        if [[ $word =~ ^[=:@]+$ ]]; then
            glue=1
            before=${words[${#words[@]} - 1]}
        fi
    done
    word=''
    [[ ${#words[@]} -gt 0 ]] && word=${words[${#words[@]} - 1]}
    while IFS= read -r line; do
        case $line in
        :files* | :dirs*)
            has_files=1
            prefix=${line#*$'\t'}
            dir=${prefix#*$'\t'}
            prefix=${prefix%%$'\t'*}
            local action=-f
            [[ $line == :dirs* ]] && action=-d
            while IFS= read -r line; do
                line=$prefix$line
                COMPREPLY+=("${line#"$before"}")
            done < <(cd -- "${dir:-.}" 2>/dev/null && compgen "$action" -- "${word#"$prefix"}")
            ;;
        *)
            line=${line%%$'\t'*}
            COMPREPLY+=("${line#"$before"}")
            ;;
        esac
    done < <("$(type -P -- "$1" || echo mlw)" complete -- "${words[@]}" 2>/dev/null)
    # after NAME= its value follows
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    if [[ -n $has_files ]]; then
        compopt -o filenames 2>/dev/null # readline quotes what is chosen
    else
        for i in "${!COMPREPLY[@]}"; do
            # no name becomes a command or an option of the line
            [[ ${COMPREPLY[i]} == *[!A-Za-z0-9_./,:=@%+-]* ]] &&
                printf -v "COMPREPLY[i]" %q "${COMPREPLY[i]}"
        done
    fi
}
complete -F _mlw mlw
