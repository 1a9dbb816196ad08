import { Button } from "./Button";
import { dismiss, useNotices } from "./notices";

/** What there is to be told, in a corner of the page. */
export function Notices() {
  const notices = useNotices();
  return (
    <div className="notices" role="status" aria-live="polite">
      {notices.map(({ id, text, tone, undo }) => (
        <div className={`notice ${tone}`} key={id}>
          <span>{text}</span>
          {undo && (
            <Button
              onPress={() => {
                dismiss(id);
                undo();
              }}
            >
              Undo
            </Button>
          )}
          <Button tone="quiet" aria-label="Dismiss" onPress={() => dismiss(id)}>
            ×
          </Button>
        </div>
      ))}
    </div>
  );
}
