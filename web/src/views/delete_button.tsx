import { confirm } from "./confirm";
import { Icon } from "./icons";

interface Props {
  what: string; // "the library mine"
  asked?: string; // what the question calls it, where that is longer
  text: string; // what goes with it, and what does not
  onDelete: () => Promise<void>;
  after: string; // selects what has the focus then: the button that had it is gone
}

/** Deletes something, when that has been confirmed. */
export function DeleteButton({ what, asked = what, text, onDelete, after }: Props) {
  const ask = async () => {
    if (!(await confirm(`Delete ${asked}?`, text, "Delete"))) return;
    await onDelete();
    document.querySelector<HTMLElement>(after)?.focus();
  };
  return (
    <button type="button" class="quiet round" aria-label={`Delete ${what}`} onClick={() => void ask()}>
      <Icon name="trash" />
    </button>
  );
}
