import { Modal } from "../ui/Modal";

const KEYS: readonly (readonly [string, string])[] = [
  ["?", "these shortcuts"],
  ["/", "search"],
  ["f", "add a filter"],
  ["v", "saved views"],
  ["c", "choose columns"],
  ["j  k  ↓  ↑", "the next run, the one before"],
  ["Home  End", "the first run, the last one loaded"],
  ["x", "mark the run"],
  ["e", "filter by a value of the run, or exclude it"],
  ["Enter", "open the run"],
  ["Esc", "close, or unmark all"],
  ["Alt ←  Alt →", "move a column, at its head"],
  ["←  →", "widen or narrow a column, at its edge"],
  ["g r", "go to runs"],
  ["g d", "go to datasets"],
  ["g p", "go to plans"],
  ["g j", "go to jobs"],
  ["g l", "go to the lifecycle"],
];

/** Every action by keyboard. */
export default function Help({ close }: { close: () => void }) {
  return (
    <Modal title="Keyboard shortcuts" close={close}>
      <dl className="keys">
        {KEYS.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
