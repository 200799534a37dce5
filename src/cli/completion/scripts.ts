/**
 * The scripts for shells. They know nothing themselves: each hands the words before the cursor to `leveret __complete`, which
 * answers a candidate a line, with a tab and what it is; or `:files`, for names of files.
 */

/** A colon or an equals sign divides words in bash: they are put together again, and what stands before is cut off the candidates. */
const BASH = `# leveret in bash: source <(leveret completion bash)
_leveret() {
  local words=() word i cur before line
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if ((\${#words[@]} > 0)) && [[ "$word" == [:=]* || "\${words[-1]}" == *[:=] ]]; then
      words[-1]+="$word"
    else
      words+=("$word")
    fi
  done
  cur="\${words[-1]}"
  before=''
  [[ "$cur" == *[:=]* ]] && before="\${cur%"\${cur##*[:=]}"}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ "$line" == ':files' ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur")
    else
      line="\${line%%$'\\t'*}"
      [[ "$line" == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "\${line#"$before"}")")
    fi
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
}
complete -F _leveret leveret
`;

const ZSH = `#compdef leveret
# leveret in zsh: source <(leveret completion zsh), after compinit
_leveret() {
  local line
  local -a candidates
  while IFS= read -r line; do
    if [[ "$line" == ':files' ]]; then
      _files
      return
    fi
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe 'leveret' candidates
}
compdef _leveret leveret
`;

const FISH = `# leveret in fish: leveret completion fish > ~/.config/fish/completions/leveret.fish
function __leveret_candidates
    set -l words (commandline -opc)
    for line in (command $words[1] __complete -- $words[2..-1] (commandline -ct) 2>/dev/null)
        if test "$line" = ':files'
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c leveret -f -a '(__leveret_candidates)'
`;

export const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
