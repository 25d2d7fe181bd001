/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `twintrial completion bash | zsh | fish`, made from the table of commands. */
#include <stdio.h>
#include <string.h>

#include "base/failure.h"
#include "cli/front_commands.h"

static void print_names(void)
{
  for (const struct command *command = commands; command->name; command++)
    printf("%s%s", command == commands ? "" : " ", command->name);
}

static void print_bash(void)
{
  printf("# completion of twintrial for bash; made by `twintrial completion bash`\n"
         "_twintrial() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} options=\n"
         "  if ((COMP_CWORD == 1)); then\n"
         "    COMPREPLY=($(compgen -W '");
  print_names();
  printf(" --version --help' -- \"$word\"))\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n");
  for (const struct command *command = commands; command->name; command++) {
    if (!command->options[0].name) continue;
    printf("  %s) options='", command->name);
    for (const struct option *option = command->options; option->name; option++)
      printf("%s ", option->name);
    printf("--help' ;;\n");
  }
  printf("  help) options='");
  print_names();
  printf("' ;;\n  completion) options='bash zsh fish' ;;\n  esac\n"
         "  if [ \"${COMP_WORDS[1]} $COMP_CWORD\" = 'model 2' ]; then\n"
         "    options='list show check build'\n  fi\n"
         "  COMPREPLY=($(compgen -W \"$options\" -- \"$word\") $(compgen -f -- \"$word\"))\n}\n"
         "complete -o filenames -F _twintrial twintrial\n");
}

static void print_fish(void)
{
  printf("# completion of twintrial for fish; made by `twintrial completion fish`\n");
  for (const struct command *command = commands; command->name; command++) {
    printf("complete -c twintrial -n __fish_use_subcommand -a %s -d '%s'\n", command->name,
           command->summary);
    for (const struct option *option = command->options; option->name; option++)
      printf("complete -c twintrial -n '__fish_seen_subcommand_from %s' -l %s%s -d '%s'\n",
             command->name, option->name + 2, option->value ? " -r" : "", option->help);
  }
}

int completion_command(const struct arguments *arguments)
{
  const char *shell = arguments->words[0];

  if (strcmp(shell, "bash") == 0)
    print_bash();
  else if (strcmp(shell, "fish") == 0)
    print_fish();
  else if (strcmp(shell, "zsh") == 0) {
    printf("#compdef twintrial\nautoload -U +X bashcompinit && bashcompinit\n");
    print_bash();
  } else
    return failure(EXIT_CODE_INVALID_INPUT,
                   "completion: no shell '%s'; there are bash, zsh and fish", shell);
  return EXIT_CODE_OK;
}
