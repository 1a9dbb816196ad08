import { useState } from "react";

import { Button } from "../ui/Button";
import { inNumber } from "../ui/times";
import type { Fact } from "./differences";

/** A path of metadata may go on in the next line at each of its dots. */
const breakable = (name: string) => name.split(".").flatMap((part, at) => (at === 0 ? [part] : [".", <wbr key={at} />, part]));
const AT_ONCE = 40; // facts; metadata may have thousands

type Props = { readonly facts: readonly Fact[]; readonly hidden: number; readonly columns: number };

/** The facts of runs; what differs from the first run is marked. */
export function FactRows({ facts, hidden, columns }: Props) {
  const [most, setMost] = useState(AT_ONCE);
  return (
    <tbody>
      <tr className="group">
        <th scope="rowgroup" colSpan={columns}>
          <span className="group-title">
            Facts <span className="faint">{hidden > 0 && `${inNumber(hidden)} that are the same are not shown`}</span>
          </span>
        </th>
      </tr>
      {facts.slice(0, most).map(({ name, values }) => (
        <tr key={name}>
          <th scope="row">{breakable(name)}</th>
          {values.map((value, at) => (
            <td key={at} className={at > 0 && value !== values[0] ? "differs" : ""}>
              {value === undefined ? <span className="faint">–</span> : <span className="fact-value">{value}</span>}
            </td>
          ))}
        </tr>
      ))}
      {facts.length > most && (
        <tr>
          <td colSpan={columns}>
            <Button onPress={() => setMost(most * 4)}>{inNumber(facts.length - most)} more facts</Button>
          </td>
        </tr>
      )}
      {facts.length === 0 && (
        <tr>
          <td colSpan={columns} className="faint">
            Status, tags and metadata are the same.
          </td>
        </tr>
      )}
    </tbody>
  );
}
