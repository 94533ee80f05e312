import { useState, type ReactNode } from 'react';
import type { Input } from '#protocol/commands';
import type { Limits, Settings, SettingsView } from '#protocol/settings';
import { grouped } from '#domain/decimal';
import { useValue } from '../../hook/rows.ts';
import { ByScope } from '../../hook/scope.tsx';
import { useCommand } from '../../hook/use-command.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { HoldButton } from '../../ui/hold-button.tsx';
import { Segmented } from '../../ui/controls.tsx';
import { LIMIT_WORDS, limitChanges, type LimitChange, type LimitName } from './limit-words.ts';
import { SessionList } from './session-list.tsx';
import './settings.css';

type Patch = Input<'settings.update'>['patch'];
const LOOSEN_HOLD_MS = 1_500;

export function SettingsDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const view = useValue('settings');
  if (view === undefined) {
    return (
      <Dialog title="Settings" onClose={onClose}>
        <p className="dim">The desk has not sent its settings yet.</p>
      </Dialog>
    );
  }
  return <Form view={view} onClose={onClose} />;
}

function Form({ view, onClose }: { readonly view: SettingsView; readonly onClose: () => void }): ReactNode {
  const { settings, file, fault } = view;
  const [typed, setTyped] = useState<TypedLimits>({});
  const [asking, setAsking] = useState(false);
  const [scope, setScope] = useState(settings.killScope);
  const [upColor, setUpColor] = useState(settings.screen.upColor);
  const [sound, setSound] = useState(settings.screen.sound);
  const update = useCommand('settings.update');
  const { changes, faults } = limitChanges(settings.limits, typed);
  const looser = changes.filter((change) => change.looser);
  const patch: Patch = {
    ...(changes.length === 0 ? {} : { limits: Object.fromEntries(changes.map((change) => [change.word.name, change.to])) }),
    ...(scope === settings.killScope ? {} : { killScope: scope }),
    ...(upColor === settings.screen.upColor && sound === settings.screen.sound ? {} : { screen: { upColor, sound } }),
  };
  const clean = Object.keys(patch).length === 0;
  const save = async (): Promise<void> => {
    const reply = await update.run({ patch });
    if (reply.ok) onClose();
    else setAsking(false);
  };
  if (asking) return <Loosen changes={looser} onBack={() => setAsking(false)} onSave={() => void save()} onClose={onClose} />;
  return (
    <Dialog
      title="Settings"
      size="wide"
      onClose={onClose}
      testId="settings-dialog"
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
          <ByScope call="settings.update">
            <button
              type="button"
              className="button"
              data-tone="primary"
              disabled={clean || Object.keys(faults).length > 0 || update.pending}
              onClick={() => {
                if (looser.length > 0) setAsking(true);
                else void save();
              }}
            >
              {looser.length > 0 ? 'Save: loosens limits…' : 'Save'}
            </button>
          </ByScope>
        </>
      }
    >
      {update.error !== null && (
        <p className="critical" role="alert">
          {update.error}
        </p>
      )}
      {fault !== null && <p className="amber">The file was not usable: {fault} The defaults are in force.</p>}
      <ByScope call="settings.update">
        <ScopeRow value={scope} onChange={setScope} />
        <ColorRow value={upColor} onChange={setUpColor} />
        <SoundRow value={sound} onChange={setSound} />
        <LimitTable
          limits={settings.limits}
          typed={typed}
          faults={faults}
          onType={(name, text) => setTyped((old) => ({ ...old, [name]: text }))}
        />
      </ByScope>
      <SessionList />
      <p className="dim">
        Connection {settings.connection.host}:{settings.connection.port}, client ids from {settings.connection.clientIdBase}; order types{' '}
        {settings.allowed.orderTypes.join(', ')}; {settings.allowed.timesInForce.join(', ')}. These need the file and a restart:{' '}
        <span className="mono">{file}</span>
      </p>
    </Dialog>
  );
}

interface Choice<V> {
  readonly value: V;
  readonly onChange: (value: V) => void;
}

function ScopeRow({ value, onChange }: Choice<Settings['killScope']>): ReactNode {
  return (
    <div className="settings-row">
      <span>KILL cancels</span>
      <Segmented
        name="setting-scope"
        label="KILL cancels"
        value={value}
        onChange={onChange}
        options={[
          { value: 'own', label: "this program's orders" },
          { value: 'all', label: 'all orders of the account' },
        ]}
      />
      <span className="dim">The menu beside KILL can change it for one time.</span>
    </div>
  );
}

function ColorRow({ value, onChange }: Choice<Settings['screen']['upColor']>): ReactNode {
  return (
    <div className="settings-row">
      <span>Rising prices are</span>
      <Segmented
        name="setting-color"
        label="Rising prices are"
        value={value}
        onChange={onChange}
        options={[
          { value: 'green', label: 'green' },
          { value: 'red', label: 'red' },
          { value: 'blue', label: 'blue (colour-blind)' },
        ]}
      />
      <span className="dim">Falling ones take the opposite colour; buy and sell stay blue and red.</span>
    </div>
  );
}

function SoundRow({ value, onChange }: Choice<boolean>): ReactNode {
  return (
    <div className="settings-row">
      <span>A fire and a fill</span>
      <Segmented
        name="setting-sound"
        label="A fire and a fill"
        value={value ? 'heard' : 'silent'}
        onChange={(choice) => onChange(choice === 'heard')}
        options={[
          { value: 'heard', label: 'are heard' },
          { value: 'silent', label: 'are silent' },
        ]}
      />
      <span className="dim">Two short tones on this screen; both always stand in the line above the footer.</span>
    </div>
  );
}

type TypedLimits = Readonly<Partial<Record<LimitName, string>>>;

function LimitTable(props: {
  readonly limits: Limits;
  readonly typed: TypedLimits;
  readonly faults: TypedLimits;
  readonly onType: (name: LimitName, text: string) => void;
}): ReactNode {
  const { limits, typed, faults, onType } = props;
  return (
    <table className="limits">
      <thead>
        <tr>
          <th scope="col">Control</th>
          <th scope="col">Limit</th>
          <th scope="col">Value</th>
          <th scope="col">What it does</th>
        </tr>
      </thead>
      <tbody>
        {LIMIT_WORDS.map((word) => (
          <tr key={word.name}>
            <td className="mono dim">{word.control}</td>
            <td>{word.label}</td>
            <td>
              <div className="field" data-fault={faults[word.name] !== undefined}>
                <input
                  aria-label={`${word.label}, ${word.unit}`}
                  inputMode="decimal"
                  value={typed[word.name] ?? String(limits[word.name])}
                  onChange={(event) => onType(word.name, event.target.value)}
                />
                <span className="unit">{word.unit}</span>
              </div>
              {faults[word.name] !== undefined && <p className="fault">{faults[word.name]}</p>}
            </td>
            <td className="dim">{word.why}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The second question. It cannot be switched off. */
function Loosen(props: {
  readonly changes: readonly LimitChange[];
  readonly onBack: () => void;
  readonly onSave: () => void;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Dialog
      title="Loosen these limits?"
      onClose={props.onClose}
      testId="loosen-dialog"
      footer={
        <>
          <button type="button" className="button" onClick={props.onBack}>
            Back
          </button>
          <HoldButton name="Hold: loosen the limits" tone="danger" needMs={LOOSEN_HOLD_MS} onDone={props.onSave}>
            Hold: loosen the limits
          </HoldButton>
        </>
      }
    >
      <p>From the next order on, risk will approve what it denies now. Nothing that was denied is sent again.</p>
      <ul>
        {props.changes.map(({ word, from, to }) => (
          <li key={word.name}>
            <span className="mono dim">{word.control}</span> {word.label}: {grouped(String(from))} →{' '}
            <b className="amber">{grouped(String(to))}</b> {word.unit}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
