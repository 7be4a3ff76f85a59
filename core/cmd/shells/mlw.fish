# Completion of mlw in fish:
#   mlw completion fish | source
function __mlw_offers
    set -l words (commandline -opc) (commandline -ct)
    set -l current (commandline -ct)
    for line in ($words[1] complete -- $words[2..-1] 2>/dev/null)
        set -l parts (string split -m 2 \t -- $line)
        switch $line
            case ':files*' ':dirs*'
                set -l typed (string sub -s (math (string length -- "$parts[2]") + 1) -- $current)
                set -l here $PWD
                if test -n "$parts[3]"
                    builtin cd $parts[3] 2>/dev/null; or return
                end
                for path in (__fish_complete_path $typed)
                    echo "$parts[2]$path"
                end
                builtin cd $here
            case '*'
                echo $line
        end
    end
end
complete -c mlw -f -a '(__mlw_offers)'
